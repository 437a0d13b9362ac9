/** A camera's picture and what lies over it while it is not live, alike in a tile and in the page for other pages. */
import type { UsePlayer } from '../player/use-player.ts';
import { askToRetry } from './tile-actions.ts';
import type { TileStatus } from './tile-status.ts';
import { Veil } from './veil.tsx';

interface CameraVeilProps extends Pick<UsePlayer, 'view' | 'player'> {
  readonly cameraId: string;
  readonly status: TileStatus;
  /** Shown until there is a picture. */
  readonly poster?: string | undefined;
}

interface CameraPictureProps extends UsePlayer, CameraVeilProps {
  /** What assistive technology calls it: the id of an element on the page, or the words themselves. */
  readonly labelledBy?: string;
  readonly label?: string;
}

export function CameraPicture(props: CameraPictureProps) {
  const { cameraId, status, video, still } = props;
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
      <CameraVeil {...props} />
    </>
  );
}

/** What lies over the picture alone, for a page that has the picture already. */
export function CameraVeil({ cameraId, status, view, player, poster }: CameraVeilProps) {
  return (
    <Veil
      status={status}
      blocked={view.blocked}
      overPicture={view.hasPicture || poster !== undefined}
      onRetry={() => void askToRetry(cameraId).then(() => player.current?.retryNow())}
      onPlay={() => player.current?.play()}
    />
  );
}
