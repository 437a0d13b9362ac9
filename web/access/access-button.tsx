/** The button in the header that opens the access panel. */
import { useState } from 'preact/hooks';
import { useI18n } from '../context.ts';
import { lazy } from '../dashboard/lazy.ts';
import { accessTexts } from './texts.ts';
import { useSession } from './use-session.ts';

const Panel = lazy(async () => (await import('./panel.tsx')).Panel);

export function AccessButton() {
  const { locale } = useI18n();
  const [open, setOpen] = useState(false);
  const answer = useSession();
  if (answer === null) return null;
  const t = accessTexts(locale);
  const label = answer.name === null ? t.account : `${t.account}: ${answer.name}`;
  return (
    <>
      <button
        type="button"
        class="button icon-only"
        onClick={() => setOpen(true)}
        title={label}
        aria-label={label}
        data-testid="access"
      >
        <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
          <circle cx="10" cy="6.8" r="3.1" />
          <path d="M3.8 16.5c.7-3.2 3.1-4.9 6.2-4.9s5.5 1.7 6.2 4.9" />
        </svg>
      </button>
      {open && <Panel answer={answer} onClose={() => setOpen(false)} />}
    </>
  );
}
