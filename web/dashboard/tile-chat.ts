/** The chat's parts of an opened camera, whose code comes with the first camera that is opened. */
import { lazy } from './lazy.ts';

const chat = () => import('../chat/index.ts');

export const ChatButton = lazy(async () => (await chat()).ChatButton);
export const DanmakuOverlay = lazy(async () => (await chat()).DanmakuOverlay);
export const ChatPanel = lazy(async () => (await chat()).ChatPanel);
