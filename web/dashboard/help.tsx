/** The keyboard's keys, in a dialog. */
import { useEffect, useRef } from 'preact/hooks';
import { useI18n } from '../context.ts';
import { CloseIcon } from './icons.tsx';
import { type KeyRow, KeyTable } from './key-table.tsx';

interface HelpProps {
  readonly version: string | null;
  readonly searchable: boolean;
  readonly onClose: () => void;
}

export function Help({ version, searchable, onClose }: HelpProps) {
  const { t } = useI18n();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    element.showModal();
    // A click beside the dialog; Escape is the browser's own.
    const onClick = ({ target }: MouseEvent) => target === element && element.close();
    element.addEventListener('click', onClick);
    return () => element.removeEventListener('click', onClick);
  }, []);
  const keys: readonly KeyRow[] = [
    [['←', '↑', '→', '↓'], t.keys.arrows],
    [['Enter'], t.keys.enter],
    [['Esc'], t.keys.escape],
    [['F'], t.keys.f],
    [['M'], t.keys.m],
    [['S'], t.keys.s],
    [['P'], t.keys.p],
    [['C'], t.keys.c],
    ...(searchable ? [[['/'], t.keys.slash] as const] : []),
    [['?'], t.keys.help],
  ];
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" data-testid="help-dialog" onClose={onClose}>
      <div class="help-body">
        <h2 id="help-title">{t.helpTitle}</h2>
        <button
          type="button"
          class="button icon-only dismiss"
          onClick={() => dialog.current?.close()}
          aria-label={t.close}
        >
          <CloseIcon />
        </button>
        <KeyTable keys={keys} />
        <p class="hint">{t.aboutDelay}</p>
        {version !== null && <p class="hint">{t.version(version)}</p>}
      </div>
    </dialog>
  );
}
