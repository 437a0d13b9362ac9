/** The videos view: the library's list, one of its videos, or a camera's recordings, as the address says. */
import '../styles/videos.css';
import type { VideosRoute } from '../dashboard/route.ts';
import { RecordingsPage } from './recordings-page.tsx';
import { VideoList } from './video-list.tsx';
import { VideoPage } from './video-page.tsx';

export function VideosView({ route }: { readonly route: VideosRoute }) {
  return (
    <div class="videos" data-testid="videos-view">
      {route.view === 'recordings' ? (
        <RecordingsPage key={`${route.camera} ${route.atMs}`} camera={route.camera} atMs={route.atMs} />
      ) : route.name === null ? (
        <VideoList />
      ) : (
        <VideoPage key={route.name} name={route.name} />
      )}
    </div>
  );
}
