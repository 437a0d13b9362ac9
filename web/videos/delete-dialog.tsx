/** Asks before a video is deleted, and says why when the relay refuses. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { VideoFile } from '../../server/protocol.ts';
import { deleteVideo, errorText } from './api.ts';
import { forgetPosition } from './positions.ts';
import { useVideosTexts } from './texts.ts';

interface DeleteDialogProps {
  readonly video: VideoFile;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

export function DeleteDialog({ video, onClose, onDeleted }: DeleteDialogProps) {
  const { t } = useVideosTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const [state, setState] = useState<'asking' | 'deleting' | { readonly error: unknown }>('asking');
  useEffect(() => dialog.current?.showModal(), []);
  const onDelete = async () => {
    setState('deleting');
    try {
      await deleteVideo(video.name);
    } catch (error) {
      setState({ error });
      return;
    }
    forgetPosition(video.name);
    onDeleted();
  };
  return (
    <dialog
      ref={dialog}
      class="help vdialog"
      aria-labelledby="delete-title"
      data-testid="delete-dialog"
      onClose={onClose}
    >
      <div class="help-body">
        <h2 id="delete-title">{t.deleteTitle}</h2>
        <p class="vdialog-text">{t.deleteText(video.name)}</p>
        {typeof state === 'object' && (
          <p class="vdialog-error" role="alert">
            {errorText(state.error, t)}
          </p>
        )}
        <div class="vdialog-buttons">
          <button type="button" class="button is-framed" onClick={() => dialog.current?.close()}>
            {t.cancel}
          </button>
          <button
            type="button"
            class="button is-danger"
            disabled={state === 'deleting'}
            data-testid="confirm-delete"
            onClick={() => void onDelete()}
          >
            {state === 'deleting' ? t.deleting : t.delete}
          </button>
        </div>
      </div>
    </dialog>
  );
}
