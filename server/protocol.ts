/**
 * What crosses the network as JSON, and the codes both ends branch on. The only file that the page shares with the
 * server, so it and `protocol/` import nothing else.
 */
export * from './protocol/access.ts';
export * from './protocol/advice.ts';
export * from './protocol/budget.ts';
export * from './protocol/camera.ts';
export * from './protocol/chat.ts';
export * from './protocol/errors.ts';
export * from './protocol/events.ts';
export * from './protocol/media.ts';
export * from './protocol/probe.ts';
export * from './protocol/recordings.ts';
export * from './protocol/videos.ts';
