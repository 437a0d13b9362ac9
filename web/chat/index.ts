/** What the dashboard shows of the chat, loaded with the first camera that is opened. */
import './chat.css';

export { ChatButton } from './chat-button.tsx';
export { DanmakuOverlay } from './overlay.tsx';
export { ChatPanel } from './panel.tsx';
