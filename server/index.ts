/** Sightline as a library: `createRelay()` and the types that its callers meet. */
export { loadConfig } from './config/load.ts';
export { type Config, type ConfigInput, configSchema } from './config/schema.ts';
export { RelayError } from './errors.ts';
export type { CameraInfo, CameraReason, CameraState, CamerasAnswer, ErrorCode, Problem } from './protocol.ts';
export { createRelay, type Relay, type RelayOptions } from './relay.ts';
