/** A camera's picture and what lies over it while it is not live, alike in a tile and in the page for other pages. */
import type { PlayerView } from '../player/player-view.ts';
import type { UsePlayer } from '../player/use-player.ts';
import { askToRetry } from './tile-actions.ts';
import type { TileStatus } from './tile-status.ts';
import { Veil } from './veil.tsx';

interface CameraPictureProps extends Omit<UsePlayer, 'view'> {
  readonly cameraId: string;
  readonly status: TileStatus;
  readonly view: PlayerView;
  /** What assistive technology calls it: the id of an element on the page, or the words themselves. */
  readonly labelledBy?: string;
  readonly label?: string;
  /** Shown until there is a picture. */
  readonly poster?: string | undefined;
}

export function CameraPicture(props: CameraPictureProps) {
  const { cameraId, status, view, video, still, player } = props;
  return (
    <>
      <video
        ref={video}
        class="picture"
        data-camera={cameraId}
        data-state={status.state}
        data-testid="video"
        aria-labelledby={props.labelledBy}
        aria-label={props.label}
        poster={props.poster}
        tabIndex={-1}
        muted
        playsInline
      />
      <canvas ref={still} class="picture still" hidden />
      <Veil
        status={status}
        blocked={view.blocked}
        overPicture={view.hasPicture || props.poster !== undefined}
        onRetry={() => void askToRetry(cameraId).then(() => player.current?.retryNow())}
        onPlay={() => player.current?.play()}
      />
    </>
  );
}
