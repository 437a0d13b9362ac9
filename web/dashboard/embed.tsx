/** One camera filling the frame, for other pages: picture, state in words, a sound button, nothing else. */
import { render } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { RelayLink } from '../api.ts';
import { I18nContext, LinkContext, useI18n, useLink, useRelayState } from '../context.ts';
import { currentLocale, loadI18n } from '../i18n/index.ts';
import type { EarlyPlayer } from '../player/early-player.ts';
import { pickedEngine } from '../player/picked-engine.ts';
import { usePlayer } from '../player/use-player.ts';
import { CameraVeil } from './camera-picture.tsx';
import type { EmbedFrame } from './embed-frame.ts';
import { MutedIcon, SoundIcon } from './icons.tsx';
import { Numbers } from './numbers.ts';
import { tileStatus } from './tile-status.ts';

interface EmbedProps {
  readonly id: string;
  readonly made: EmbedFrame;
  readonly early: EarlyPlayer;
}

function Embed({ id, made, early }: EmbedProps) {
  const i18n = useI18n();
  const link = useLink();
  const relay = useRelayState();
  const numbers = useRef(new Numbers());
  numbers.current.i18n = i18n;
  const [audible, setAudible] = useState(false);
  const camera = relay.cameras?.find((one) => one.id === id) ?? null;
  const known = relay.link === 'up' ? camera : null;
  const played = usePlayer({
    cameraId: id,
    camera: known,
    wanted: true,
    picked: pickedEngine(),
    alone: true,
    muted: !audible,
    onStats: (stats) => numbers.current.show(stats),
    early,
  });
  const { view } = played;
  useEffect(() => numbers.current.attach(made.frame), []);
  useEffect(() => setAudible(!view.muted), [view.muted]);
  const title = camera?.title ?? id;
  useEffect(() => {
    document.title = `${title} · Sightline`;
    document.documentElement.lang = i18n.locale === 'zh' ? 'zh-CN' : 'en';
  }, [title]);
  const nowMs = Date.now();
  const clockOffsetMs = (link.serverNowMs() ?? nowMs) - nowMs;
  const status = tileStatus({ view, camera: known, clockOffsetMs, nowMs }, i18n.t);
  useLayoutEffect(() => {
    made.frame.dataset.state = status.state;
    made.video.dataset.state = status.state;
    made.video.ariaLabel = title;
  }, [status.state, title]);
  const soundLabel = audible ? i18n.t.mute : i18n.t.unmute;
  return (
    <>
      <CameraVeil {...played} cameraId={id} status={status} />
      {((camera?.audio ?? null) !== null || audible) && (
        <div class="controls">
          <button
            type="button"
            class={audible ? 'control is-on' : 'control'}
            aria-pressed={audible}
            aria-label={soundLabel}
            title={soundLabel}
            data-testid="sound"
            onClick={() => setAudible(!audible)}
          >
            {audible ? <SoundIcon /> : <MutedIcon />}
          </button>
        </div>
      )}
    </>
  );
}

/** Shows what there is to say and to press over a camera that plays already; once in a page's life. */
export async function showEmbed(id: string, made: EmbedFrame, early: EarlyPlayer): Promise<void> {
  const link = new RelayLink();
  const i18n = await loadI18n(currentLocale());
  render(
    <I18nContext.Provider value={i18n}>
      <LinkContext.Provider value={link}>
        <Embed id={id} made={made} early={early} />
      </LinkContext.Provider>
    </I18nContext.Provider>,
    made.over,
  );
  link.start();
}
