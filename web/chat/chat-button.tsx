/** The button on the picture that shows the chat, with how much of it is unread. */
import { useEffect } from 'preact/hooks';
import { ChatIcon } from './icons.tsx';
import { useChatTexts } from './texts.ts';
import type { Chat } from './use-chat.ts';

export function ChatButton({ chat }: { chat: Chat }) {
  const t = useChatTexts();
  const { isOpen, setOpen, state } = chat;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.key !== 'c') return;
      const inField = event.target instanceof HTMLElement && event.target.matches('input, select, textarea');
      if (!inField && document.querySelector('dialog[open]') === null) setOpen(!isOpen);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isOpen, setOpen]);
  if (state.link === 'off') return null;
  const label = isOpen ? t.close : t.open;
  const unread = isOpen ? 0 : state.unread;
  return (
    <button
      type="button"
      class={isOpen ? 'control is-on' : 'control'}
      aria-expanded={isOpen}
      aria-label={unread > 0 ? `${label}, ${t.unread(unread)}` : label}
      title={`${label} (C)`}
      data-testid="chat-button"
      onClick={() => setOpen(!isOpen)}
    >
      <ChatIcon />
      {unread > 0 && (
        <span class="control-badge" data-testid="chat-unread">
          {unread > 99 ? '99+' : unread}
        </span>
      )}
    </button>
  );
}
