/** On an opened camera: starts and stops its recording by hand, and leads to what was recorded. */
import { useEffect, useState } from 'preact/hooks';
import type { CameraInfo, RecordingInfo } from '../../server/protocol.ts';
import { useRelayState } from '../context.ts';
import { hashOf } from '../dashboard/route.ts';
import { commandRecording, errorText } from './api.ts';
import { CalendarIcon } from './icons.tsx';
import { useVideosTexts } from './texts.ts';
import '../styles/record.css';

const ERROR_SHOWN_MS = 6_000;

/** Pure: whether pressing the button would end the recording; a rule's goes on whatever is pressed. */
export function isStoppable(recording: RecordingInfo | null): boolean {
  return recording !== null && (recording.reason === 'manual' || recording.reason === 'event');
}

export function RecordButton({ cameraId }: { readonly cameraId: string }) {
  const { t } = useVideosTexts();
  const camera = useRelayState().cameras?.find(({ id }) => id === cameraId) ?? null;
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const { recording, byRule, stoppable, label } = useWords(camera);
  useEffect(() => {
    if (failure === null) return;
    const timer = setTimeout(() => setFailure(null), ERROR_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [failure]);
  if (camera === null) return null;
  const onPress = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await commandRecording(cameraId, { action: stoppable ? 'stop' : 'start' });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const trouble = recording?.state === 'disk-full' || recording?.state === 'failed' || recording?.state === 'waiting';
  const note = failure !== null ? errorText(failure, t) : trouble ? t.recordState[recording.state] : null;
  const writes = recording !== null && recording.state !== 'armed';
  return (
    <>
      <button
        type="button"
        class={writes ? 'control record is-recording' : 'control record'}
        aria-pressed={writes}
        aria-label={label}
        title={label}
        disabled={busy || byRule}
        data-testid="record"
        data-state={recording?.state ?? 'off'}
        onClick={() => void onPress()}
      >
        <span class={stoppable ? 'record-sign is-stop' : 'record-sign'} />
        <span class="control-note record-note" role="status" hidden={note === null}>
          {note}
        </span>
      </button>
      <a
        class="control"
        href={hashOf({ view: 'recordings', camera: cameraId, atMs: null })}
        aria-label={t.recordings}
        title={t.recordings}
        data-testid="to-recordings"
      >
        <CalendarIcon />
      </a>
    </>
  );
}

function useWords(camera: CameraInfo | null) {
  const { t, formats } = useVideosTexts();
  const recording = camera?.recording ?? null;
  const stoppable = isStoppable(recording);
  const byRule = recording !== null && recording.reason !== null && !stoppable;
  const label = byRule
    ? t.byRule(t.recordReason[recording.reason])
    : !stoppable
      ? t.record
      : recording!.state === 'recording'
        ? `${t.stopRecording}. ${t.recordingNow(formats.clock(Date.parse(recording!.since)))}`
        : `${t.stopRecording}. ${t.recordState[recording!.state]}`;
  return { recording, byRule, stoppable, label };
}
