/** The strip of facts under an opened camera. Numbers that change are written by `numbers.ts`. */
import { useEffect } from 'preact/hooks';
import type { CameraInfo } from '../../server/protocol.ts';
import { useI18n } from '../context.ts';
import type { PlayerView } from '../player/player-view.ts';
import { EngineDetails } from './engine-details.tsx';
import type { TileState } from './tile-status.ts';

/** Pure: a codec by the name people know it by. */
export function codecName(codec: string): string {
  const known: Readonly<Record<string, string>> = { h264: 'H.264', hevc: 'H.265', aac: 'AAC', mp3: 'MP3' };
  return known[codec] ?? codec.toUpperCase();
}

interface DetailsProps {
  readonly camera: CameraInfo | null;
  readonly state: TileState;
  readonly view: PlayerView;
  /** The places for numbers are there. */
  readonly onShown: () => void;
}

export function Details({ camera, state, view, onShown }: DetailsProps) {
  useEffect(onShown, []);
  const { t, integer, kilohertz, time } = useI18n();
  const d = t.details;
  const sound = camera?.audio ?? null;
  // Of a camera that was never seen nobody knows whether it has sound.
  const noSound = camera?.video === null ? '–' : d.none;
  const fixed: readonly (readonly [string, string])[] =
    camera === null
      ? []
      : [
          [d.codec, camera.video === null ? '–' : codecName(camera.video.codec)],
          [d.sound, sound === null ? noSound : `${codecName(sound.codec)} ${kilohertz(sound.sampleRateHz)}`],
          [d.viewers, integer(camera.viewers)],
          [d.since, time(camera.since, Date.now())],
        ];
  const lastError = camera?.lastError ?? null;
  const moving = ['delay', 'resolution', 'fps', 'bitrate'] as const;
  return (
    <dl class="details">
      <div class="detail detail-state">
        <dt>{d.state}</dt>
        <dd>
          <span class="dot" />
          <span role="status">{t.state[state]}</span>
        </dd>
      </div>
      {moving.map((part) => (
        <div key={part} class={`detail detail-${part}`}>
          <dt>{d[part]}</dt>
          <dd data-part={part} />
        </div>
      ))}
      {fixed.map(([name, value]) => (
        <div key={name} class="detail">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <EngineDetails view={view} />
      {lastError !== null && (
        <div class="detail">
          <dt>{d.lastError(time(lastError.at, Date.now()))}</dt>
          <dd class="detail-sentence">{t.reasons[lastError.code]}</dd>
        </div>
      )}
    </dl>
  );
}
