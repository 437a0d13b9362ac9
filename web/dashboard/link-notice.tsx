/** What is said while the relay cannot be reached. The connection itself is `../api.ts`. */
import { useRef } from 'preact/hooks';
import { useLink, useNow, useRelayState } from '../context.ts';
import type { I18n } from '../i18n/index.ts';

/** A relay that restarts is back before this; only then is its absence announced. */
const LOST_NOTICE_MS = 1500;

/** How long the relay has been out of reach, at least; 0 while it is not. */
function useLostForMs(): number {
  const { link } = useRelayState();
  const since = useRef<number | null>(null);
  const lost = link === 'lost';
  if (!lost) since.current = null;
  else since.current ??= Date.now();
  const nowMs = useNow(lost);
  return since.current === null ? 0 : nowMs - since.current;
}

/** Over the cameras, when the relay has been out of reach for a moment. */
export function LinkNotice({ i18n, hasCameras }: { i18n: I18n; hasCameras: boolean }) {
  const link = useLink();
  const lostForMs = useLostForMs();
  if (!hasCameras || lostForMs < LOST_NOTICE_MS) return null;
  return (
    <div class="link-notice" role="alert" data-testid="link-lost">
      <span class="spinner" />
      <strong>{i18n.t.linkLostTitle}</strong>
      <span class="link-notice-text">{i18n.t.linkLostText}</span>
      <button type="button" class="link" onClick={() => link.retryNow()}>
        {i18n.t.tryNow}
      </button>
    </div>
  );
}

/** In the place of the cameras, until the relay has told of them. */
export function Waiting({ i18n }: { i18n: I18n }) {
  const lostForMs = useLostForMs();
  return (
    <div class="notice-page" role="status">
      <span class="spinner" />
      <p>{lostForMs < LOST_NOTICE_MS ? i18n.t.loading : i18n.t.loadFailed}</p>
    </div>
  );
}
