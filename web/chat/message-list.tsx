/** What was said. Follows the newest line until the reader scrolls up, and says then how much is new below. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useI18n } from '../context.ts';
import type { ChatLink } from './chat-link.ts';
import type { ChatState, Notice, Pending } from './chat-state.ts';
import { Message } from './message.tsx';
import { type ChatTexts, useChatTexts } from './texts.ts';

/** So near to the end counts as being there. */
const AT_END_PX = 48;
const OWN_KEYS: ReadonlySet<string> = new Set(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End']);

interface MessageListProps {
  readonly link: ChatLink;
  readonly state: ChatState;
  readonly hidden: boolean;
}

export function MessageList({ link, state, hidden }: MessageListProps) {
  const t = useChatTexts();
  const i18n = useI18n();
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  /** The newest line when the reader left the end; null while at the end. */
  const [seenKey, setSeenKey] = useState<string | null>(null);
  const { lines, pending, you } = state;
  const seenIndex = seenKey === null ? -1 : lines.findIndex(({ key }) => key === seenKey);
  const below = seenKey === null ? 0 : lines.length - 1 - seenIndex;

  const toEnd = () => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
    atEnd.current = true;
    setSeenKey(null);
  };
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
  }, [lines, hidden]);
  // What one writes oneself one wants to see.
  useLayoutEffect(() => {
    if (pending.length > 0) toEnd();
  }, [pending.length]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const onScroll = () => {
    const element = scroller.current;
    if (element === null || element.clientHeight === 0) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX;
    if (atEnd.current) setSeenKey(null);
    else setSeenKey((old) => old ?? lines.at(-1)?.key ?? null);
  };

  return (
    <div class="chat-lines" hidden={hidden}>
      <div
        ref={scroller}
        class="chat-scroller"
        role="log"
        aria-label={t.chat}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        data-testid="chat-log"
        onScroll={onScroll}
        onKeyDown={(event) => {
          // The page's own keys would go to another camera.
          if (OWN_KEYS.has(event.key)) event.stopPropagation();
        }}
      >
        {lines.length === 0 && pending.length === 0 && state.link === 'up' && <p class="chat-empty">{t.noMessages}</p>}
        {lines.map((line) =>
          line.kind === 'notice' ? (
            <p key={line.key} class="chat-notice">
              {noticeText(line.notice, t)}
            </p>
          ) : (
            <Message
              key={line.key}
              entry={line.entry}
              isMine={line.entry.sender.id === you?.id}
              canModerate={you?.moderator === true}
              isMuted={state.muted.has(line.entry.sender.id)}
              link={link}
              i18n={i18n}
            />
          ),
        )}
        {pending.map((each) => (
          <PendingLine key={each.clientId} pending={each} link={link} waiting={state.link !== 'up'} />
        ))}
      </div>
      {below > 0 && (
        <button type="button" class="chat-below" data-testid="chat-below" onClick={toEnd}>
          {t.newBelow(below)} ↓
        </button>
      )}
      {seenKey !== null && below === 0 && (
        <button type="button" class="chat-below is-quiet" onClick={toEnd}>
          {t.toNewest} ↓
        </button>
      )}
    </div>
  );
}

function PendingLine({ pending, link, waiting }: { pending: Pending; link: ChatLink; waiting: boolean }) {
  const t = useChatTexts();
  const { clientId, text, error } = pending;
  return (
    <div class={error === null ? 'chat-pending' : 'chat-pending is-refused'} data-testid="chat-pending">
      <p class="chat-text" dir="auto">
        {text}
      </p>
      {error === null && waiting && <p class="chat-meta">{t.sending}</p>}
      {error !== null && (
        <p class="chat-meta" role="alert">
          {t.notSent} {t.errors[error]}{' '}
          <button type="button" class="link" onClick={() => link.sayAgain(pending)}>
            {t.sendAgain}
          </button>{' '}
          <button type="button" class="link" onClick={() => link.discard(clientId)}>
            {t.discard}
          </button>
        </p>
      )}
    </div>
  );
}

function noticeText(notice: Notice, t: ChatTexts): string {
  switch (notice.event) {
    case 'gap':
      return t.gap;
    case 'muted':
      return t.mutedNow(notice.member.name);
    case 'unmuted':
      return t.unmutedNow(notice.member.name);
    case 'removed':
      return t.removedNow(notice.member.name);
  }
}
