/** The button on the picture that shows the chat, with how much of it is unread. */
import { useEffect } from 'preact/hooks';
import { ChatIcon } from './icons.tsx';
import { useRoomChat } from './room-chat.ts';
import { useChatTexts } from './texts.ts';

/** Above this nobody counts. */
const MAX_UNREAD = 99;

export function ChatButton({ room }: { room: string }) {
  const t = useChatTexts();
  const [chat] = useRoomChat(
    room,
    ({ isOpen, state }) => `${isOpen} ${Math.min(state.unread, MAX_UNREAD + 1)} ${state.link === 'off'}`,
  );
  const isOpen = chat?.isOpen === true;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.key !== 'c') return;
      const inField = event.target instanceof HTMLElement && event.target.matches('input, select, textarea');
      if (inField || document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      chat?.setOpen(!isOpen);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isOpen, chat]);
  if (chat === null || chat.state.link === 'off') return null;
  const label = isOpen ? t.close : t.open;
  const unread = isOpen ? 0 : chat.state.unread;
  const unreadText = unread > MAX_UNREAD ? `${MAX_UNREAD}+` : String(unread);
  return (
    <button
      type="button"
      class={isOpen ? 'control is-on' : 'control'}
      aria-expanded={isOpen}
      aria-label={unread > 0 ? `${label}, ${t.unread(unreadText)}` : label}
      title={`${label} (C)`}
      data-testid="chat-button"
      onClick={() => chat.setOpen(!isOpen)}
    >
      <ChatIcon />
      {unread > 0 && (
        <span class="control-badge" data-testid="chat-unread">
          {unreadText}
        </span>
      )}
    </button>
  );
}
