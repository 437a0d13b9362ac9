/** One line of chat. Text stays text: nothing in it becomes markup or a link. */
import type { ChatEntry } from '../../server/protocol.ts';
import { memo } from '../dashboard/memo.ts';
import type { I18n } from '../i18n/index.ts';
import { Avatar } from './avatar.tsx';
import type { ChatLink } from './chat-link.ts';
import { DanmakuIcon, MoreIcon, ShieldIcon } from './icons.tsx';
import { useChatTexts } from './texts.ts';

interface MessageProps {
  readonly entry: ChatEntry;
  readonly isMine: boolean;
  readonly canModerate: boolean;
  readonly isMuted: boolean;
  /** Null where there is nobody to moderate: beside a recording. */
  readonly link: ChatLink | null;
  readonly i18n: I18n;
}

export const Message = memo(function Message(props: MessageProps) {
  const t = useChatTexts();
  const { entry, isMine, i18n } = props;
  const { sender } = entry;
  const time = new Date(entry.atMs);
  // The region's way of writing times, where its language is the page's.
  const language = navigator.languages.find((each) => each.startsWith(i18n.locale)) ?? i18n.locale;
  return (
    <article class={isMine ? 'chat-message is-mine' : 'chat-message'} data-testid="chat-message" data-id={entry.id}>
      <Avatar avatar={sender.avatar} />
      <div class="chat-body">
        <p class="chat-by">
          <bdi class="chat-name">{sender.name}</bdi>
          {sender.moderator && (
            <span class="chat-shield" title={t.moderator}>
              <ShieldIcon />
              <span class="off-screen">{t.moderator}</span>
            </span>
          )}
          {entry.type === 'danmaku' && (
            <span class="chat-danmaku-mark" title={t.asDanmaku} style={{ color: entry.colour ?? '#ffffff' }}>
              <DanmakuIcon />
              <span class="off-screen">{t.asDanmaku}</span>
            </span>
          )}
          <time class="chat-time" dateTime={time.toISOString()} title={time.toLocaleString(language)}>
            {time.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })}
          </time>
        </p>
        <p class="chat-text" dir="auto">
          {entry.text}
        </p>
      </div>
      {props.canModerate && props.link !== null && <Actions {...props} link={props.link} />}
    </article>
  );
});

/** A disclosure rather than a menu: three buttons in the order of reading. */
function Actions({ entry, isMine, isMuted, link }: MessageProps & { readonly link: ChatLink }) {
  const t = useChatTexts();
  const { sender } = entry;
  const act = (what: () => void) => (event: MouseEvent) => {
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.closest('details')?.removeAttribute('open');
    what();
  };
  return (
    <details
      class="chat-actions"
      data-testid="chat-actions"
      onFocusOut={(event) => {
        const { currentTarget, relatedTarget } = event;
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) currentTarget.open = false;
      }}
    >
      <summary aria-label={t.actions(sender.name)} title={t.actions(sender.name)}>
        <MoreIcon />
      </summary>
      <div class="chat-menu">
        <button
          type="button"
          onClick={act(() => link.moderate({ type: 'moderate', action: 'delete', messageId: entry.id }))}
        >
          {t.delete}
        </button>
        {!isMine && (
          <button
            type="button"
            onClick={act(() =>
              link.moderate({ type: 'moderate', action: isMuted ? 'unmute' : 'mute', member: sender.id }),
            )}
          >
            {isMuted ? t.unmute : t.mute}
          </button>
        )}
        {!isMine && (
          <button
            type="button"
            class="is-grave"
            onClick={act(() => link.moderate({ type: 'moderate', action: 'remove', member: sender.id }))}
          >
            {t.remove}
          </button>
        )}
      </div>
    </details>
  );
}
