/** The chat beside the picture: who is here, what was said, a place to write. Danmaku on the picture are `overlay.tsx`. */
import { useEffect, useId, useState } from 'preact/hooks';
import { CloseIcon } from '../dashboard/icons.tsx';
import type { ChatState } from './chat-state.ts';
import { Composer } from './composer.tsx';
import { SettingsIcon } from './icons.tsx';
import { MessageList } from './message-list.tsx';
import { People } from './people.tsx';
import { type RoomChat, useRoomChat } from './room-chat.ts';
import { ChatSettings } from './settings.tsx';
import { type ChatTexts, useChatTexts } from './texts.ts';

/** A line that comes back before this was never announced as lost. */
const LOST_NOTICE_MS = 1_500;

type View = 'messages' | 'people' | 'settings';

export function ChatPanel({ room }: { room: string }) {
  // Closed, it has nothing to do with what is said.
  const [chat, shown] = useRoomChat(room, ({ isOpen, state, overlay }) =>
    isOpen && state.link !== 'off' ? { state, overlay } : null,
  );
  return chat !== null && shown !== null ? <Panel chat={chat} state={shown.state} /> : null;
}

function Panel({ chat, state }: { chat: RoomChat; state: ChatState }) {
  const t = useChatTexts();
  const [view, setView] = useState<View>('messages');
  const titleId = useId();
  const toggle = (other: View) => setView(view === other ? 'messages' : other);
  const lostLong = useLasting(state.link !== 'up' && state.link !== 'connecting', LOST_NOTICE_MS);
  return (
    <section class="chat" aria-labelledby={titleId} data-testid="chat" data-link={state.link}>
      <header class="chat-header">
        <h2 id={titleId}>{t.chat}</h2>
        <button
          type="button"
          class="button chat-count"
          aria-expanded={view === 'people'}
          disabled={state.count === 0}
          data-testid="chat-count"
          onClick={() => toggle('people')}
        >
          {state.count > 0 && t.here(state.count)}
        </button>
        <button
          type="button"
          class={view === 'settings' ? 'button icon-only is-on' : 'button icon-only'}
          aria-expanded={view === 'settings'}
          aria-label={t.settings}
          title={t.settings}
          data-testid="chat-settings-button"
          onClick={() => toggle('settings')}
        >
          <SettingsIcon />
        </button>
        <button
          type="button"
          class="button icon-only"
          aria-label={t.close}
          title={`${t.close} (C)`}
          onClick={() => chat.setOpen(false)}
        >
          <CloseIcon />
        </button>
      </header>
      <p class="chat-status" role="status" data-testid="chat-status">
        {lostLong || state.link === 'removed' ? linkText(state, t) : ruleText(state, t)}
      </p>
      {view === 'people' && <People state={state} />}
      {view === 'settings' && (
        <ChatSettings chat={chat} state={state} overlay={chat.overlay} onDone={() => setView('messages')} />
      )}
      <MessageList link={chat.link} state={state} hidden={view !== 'messages'} />
      <Composer chat={chat} state={state} hidden={view === 'settings'} />
    </section>
  );
}

function linkText(state: ChatState, t: ChatTexts): string {
  if (state.link === 'removed') return t.removedYou;
  return state.link === 'full' ? t.full : t.lost;
}

function ruleText(state: ChatState, t: ChatTexts): string {
  if (state.link === 'connecting') return state.lines.length === 0 ? t.connecting : '';
  if (state.rules?.closed === true) return t.closed;
  const slowModeMs = state.rules?.slowModeMs ?? 0;
  return slowModeMs > 0 ? t.slow(Math.round(slowModeMs / 1000)) : '';
}

/** True once the condition has held for so long. */
function useLasting(condition: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    setLasting(false);
    if (!condition) return;
    const timer = setTimeout(() => setLasting(true), ms);
    return () => clearTimeout(timer);
  }, [condition, ms]);
  return condition && lasting;
}
