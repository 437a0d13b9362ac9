/** Where one writes: as chat or across the picture, with emoji, and with what the room's rules leave. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { CHAT_LANES, type ChatLane } from '../../server/protocol.ts';
import { useNow } from '../context.ts';
import type { ChatState } from './chat-state.ts';
import { EmojiPicker } from './emoji-picker.tsx';
import { DanmakuIcon, EmojiIcon, SendIcon } from './icons.tsx';
import type { RoomChat } from './room-chat.ts';
import { useChatTexts } from './texts.ts';

/** From here on what is left is told. */
const TELL_LEFT = 80;
const DEFAULT_MAX = 500;
const MAX_HEIGHT_PX = 120;

interface ComposerProps {
  readonly chat: RoomChat;
  readonly state: ChatState;
  readonly hidden: boolean;
}

export function Composer({ chat, state, hidden }: ComposerProps) {
  const t = useChatTexts();
  const [text, setText] = useState('');
  const [asDanmaku, setAsDanmaku] = useState(false);
  const [colour, setColour] = useState('#ffffff');
  const [lane, setLane] = useState<ChatLane>('scroll');
  const [emoji, setEmoji] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const nowMs = useNow(state.pausedUntilMs > Date.now(), 250);
  const waitS = Math.max(0, Math.ceil((state.pausedUntilMs - nowMs) / 1000));
  const max = state.rules?.maxCharacters ?? DEFAULT_MAX;
  const left = max - [...text.trim()].length;
  const isBarred = state.rules?.closed === true && state.you?.moderator !== true;
  const canSend = text.trim() !== '' && left >= 0 && waitS === 0 && !isBarred && state.link !== 'removed';

  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(MAX_HEIGHT_PX, element.scrollHeight)}px`;
  }, [text, hidden]);
  // Whoever opens the chat by hand wants to write, except on a phone, where the keyboard would cover it.
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) field.current?.focus({ preventScroll: true });
  }, []);

  const send = () => {
    if (!canSend) return;
    const streamTimeMs = chat.pictureTimeMs();
    chat.link.say({
      type: asDanmaku ? 'danmaku' : 'message',
      text: text.trim(),
      ...(asDanmaku ? { colour, lane } : {}),
      ...(streamTimeMs === undefined ? {} : { streamTimeMs }),
    });
    setText('');
    setEmoji(false);
    field.current?.focus();
  };
  const insert = (symbol: string) => {
    const element = field.current;
    const [from, to] = element === null ? [text.length, text.length] : [element.selectionStart, element.selectionEnd];
    setText(`${text.slice(0, from)}${symbol}${text.slice(to)}`);
    requestAnimationFrame(() => element?.setSelectionRange(from + symbol.length, from + symbol.length));
  };
  const label = asDanmaku ? t.placeholderDanmaku : t.placeholder;
  return (
    <form
      class="chat-composer"
      hidden={hidden}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {emoji && <EmojiPicker onPick={insert} onClose={() => setEmoji(false)} />}
      {asDanmaku && (
        <div class="chat-style">
          <div class="chat-swatches" role="radiogroup" aria-label={t.colour}>
            {Object.entries(t.colours).map(([value, name]) => (
              <label key={value} class="chat-swatch" title={name}>
                <input type="radio" name="colour" checked={colour === value} onChange={() => setColour(value)} />
                <span style={{ background: value }} />
                <span class="off-screen">{name}</span>
              </label>
            ))}
          </div>
          <div class="chat-lanes" role="radiogroup">
            {CHAT_LANES.map((value) => (
              <label key={value} class="chat-lane">
                <input type="radio" name="lane" checked={lane === value} onChange={() => setLane(value)} />
                <span>{t.lane[value]}</span>
              </label>
            ))}
          </div>
        </div>
      )}
      <div class="chat-field">
        <textarea
          ref={field}
          rows={1}
          value={text}
          dir="auto"
          aria-label={label}
          placeholder={isBarred ? t.closed : label}
          disabled={isBarred}
          enterkeyhint="send"
          data-testid="chat-input"
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter that ends a Chinese or Japanese input is not Enter yet.
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
      </div>
      <div class="chat-tools">
        <button
          type="button"
          class={emoji ? 'button icon-only is-on' : 'button icon-only'}
          aria-expanded={emoji}
          aria-label={t.emoji}
          title={t.emoji}
          data-testid="chat-emoji"
          onClick={() => setEmoji(!emoji)}
        >
          <EmojiIcon />
        </button>
        <button
          type="button"
          class={asDanmaku ? 'button chat-as is-on' : 'button chat-as'}
          aria-pressed={asDanmaku}
          data-testid="chat-as-danmaku"
          onClick={() => setAsDanmaku(!asDanmaku)}
        >
          <DanmakuIcon />
          {t.asDanmaku}
        </button>
        <span class={left < 0 ? 'chat-left is-over' : 'chat-left'} role="status">
          {waitS > 0 ? t.wait(waitS) : left < 0 ? t.tooLong(-left) : left <= TELL_LEFT ? t.left(left) : ''}
        </span>
        <button type="submit" class="button chat-send" disabled={!canSend} aria-label={t.send} title={t.send}>
          <SendIcon />
        </button>
      </div>
    </form>
  );
}
