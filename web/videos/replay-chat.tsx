/** Chat and danmaku of the time that a recording shows: on the picture, and beside it. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChatEntry } from '../../server/protocol.ts';
import '../chat/chat.css';
import { readOverlay, writeOverlay } from '../chat/chat-preferences.ts';
import { DanmakuStage } from '../chat/danmaku-stage.ts';
import { Message } from '../chat/message.tsx';
import { ChatReplay } from '../chat/replay.ts';
import { useChatTexts } from '../chat/texts.ts';
import { useI18n } from '../context.ts';
import { CloseIcon } from '../dashboard/icons.tsx';
import { ApiError, listMessages } from './api.ts';
import { useVideosTexts } from './texts.ts';

/** Tells the layer on the picture that the viewer turned it on or off beside it. */
const overlaySwitch = new EventTarget();
const MAX_LINES = 200;
const AT_END_PX = 48;

export interface ReplayProps {
  readonly room: string;
  /** The moment on the picture, Unix ms; null while there is none. */
  readonly momentMs: () => number | null;
  readonly video: RefObject<HTMLVideoElement | null>;
  /** Something was said since the last seek, or now there is nothing of it any more. */
  readonly onEntries: (entries: readonly ChatEntry[]) => void;
}

/** Pure: with one more line, in the order of the picture. */
export function withLine(lines: readonly ChatEntry[], entry: ChatEntry): readonly ChatEntry[] {
  if (lines.some(({ id }) => id === entry.id)) return lines;
  return [...lines, entry].slice(-MAX_LINES);
}

/** The layer of danmaku over the picture, which also follows the picture for the panel beside it. */
export function ReplayOverlay({ room, momentMs, video, onEntries }: ReplayProps) {
  const element = useRef<HTMLDivElement>(null);
  const latest = useRef({ momentMs, onEntries });
  latest.current = { momentMs, onEntries };
  useEffect(() => {
    const [target, layer] = [video.current, element.current];
    if (target === null || layer === null) return;
    const stage = new DanmakuStage(layer, readOverlay());
    let lines: readonly ChatEntry[] = [];
    let shownMs: number | null = null;
    let refused = false;
    const show = (next: readonly ChatEntry[]) => {
      if (next === lines) return;
      lines = next;
      latest.current.onEntries(next);
    };
    const replay = new ChatReplay({
      room,
      onEntry: (entry) => {
        show(withLine(lines, entry));
        if (entry.type !== 'danmaku') return;
        const { text, colour = '#ffffff', lane = 'scroll' } = entry;
        stage.add({ text, colour, lane, isMine: false });
      },
      load: async (fromMs, toMs, cursor) => {
        if (refused) return { room, messages: [], next: null };
        try {
          return await listMessages(room, { fromMs, toMs }, cursor);
        } catch (error) {
          // No such room, or not for this viewer: asking again changes nothing.
          refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
          throw error;
        }
      },
    });
    const follow = () => {
      const atMs = latest.current.momentMs();
      if (atMs === null) return;
      if (shownMs !== null && atMs < shownMs) {
        stage.clear();
        show(lines.filter(({ streamTimeMs }) => streamTimeMs <= atMs));
      }
      shownMs = atMs;
      replay.at(atMs);
    };
    const pace = () => {
      stage.setPaused(target.paused);
      const overlay = readOverlay();
      stage.set({ ...overlay, speed: overlay.speed * target.playbackRate });
    };
    pace();
    overlaySwitch.addEventListener('change', pace);
    target.addEventListener('timeupdate', follow);
    for (const event of ['play', 'pause', 'ratechange']) target.addEventListener(event, pace);
    return () => {
      overlaySwitch.removeEventListener('change', pace);
      target.removeEventListener('timeupdate', follow);
      for (const event of ['play', 'pause', 'ratechange']) target.removeEventListener(event, pace);
      replay.close();
      stage.close();
      latest.current.onEntries([]);
    };
  }, [room]);
  return <div ref={element} class="danmaku-stage" data-testid="replay-danmaku" aria-hidden="true" />;
}

/** What was said, beside the picture. Follows the newest line until the reader scrolls up. */
export function ReplayPanel(props: { readonly entries: readonly ChatEntry[]; readonly onClose: () => void }) {
  const { t } = useVideosTexts();
  const i18n = useI18n();
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [onPicture, setOnPicture] = useState(readOverlay().on);
  const chat = useChatTexts();
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element !== null && atEnd) element.scrollTop = element.scrollHeight;
  }, [props.entries]);
  return (
    <section class="chat replay" aria-label={t.chat} data-testid="replay-chat">
      <header class="chat-header">
        <h2>{t.chat}</h2>
        <span class="chat-count" />
        <button
          type="button"
          class="button icon-only"
          aria-label={t.hideChat}
          title={t.hideChat}
          onClick={props.onClose}
        >
          <CloseIcon />
        </button>
      </header>
      <label class="chat-check replay-switch">
        <input
          type="checkbox"
          checked={onPicture}
          data-testid="replay-overlay-on"
          onChange={({ currentTarget: { checked } }) => {
            setOnPicture(checked);
            writeOverlay({ ...readOverlay(), on: checked });
            overlaySwitch.dispatchEvent(new Event('change'));
          }}
        />
        <span>{chat.overlayOn}</span>
      </label>
      <div
        ref={scroller}
        class="chat-scroller"
        role="log"
        aria-label={t.chat}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        data-own-arrows
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
          setAtEnd(scrollHeight - scrollTop - clientHeight < AT_END_PX)
        }
      >
        {props.entries.length === 0 && <p class="chat-empty">{t.chatEmpty}</p>}
        {props.entries.map((entry) => (
          <Message
            key={entry.id}
            entry={entry}
            isMine={false}
            canModerate={false}
            isMuted={false}
            link={null}
            i18n={i18n}
          />
        ))}
      </div>
    </section>
  );
}
