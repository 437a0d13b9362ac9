/** A tile's picture; and what lies over a picture while it is not live, which the page for other pages shows too. */
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
  /** Id of the element on the page that says what it shows. */
  readonly labelledBy: string;
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
