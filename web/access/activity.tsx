/** What was seen, shared and changed lately, and who is signed in. */
import type { AuditEntry, SessionInfo } from '../../server/protocol.ts';
import { useI18n } from '../context.ts';
import { RemoveButton } from './remove-button.tsx';
import { accessTexts } from './texts.ts';
import { useList } from './use-list.ts';

export function Activity() {
  const { locale, time } = useI18n();
  const t = accessTexts(locale);
  const [audit] = useList<{ readonly entries: readonly AuditEntry[] }>('api/audit');
  const [signedIn, reload] = useList<{ readonly sessions: readonly SessionInfo[] }>('api/sessions');
  return (
    <>
      <h2>{t.sessions}</h2>
      <ul class="access-list" data-testid="sessions">
        {signedIn?.sessions.map(({ id, user, address, usedAt }) => (
          <li key={id}>
            <strong>{user}</strong>
            <span>{[address, t.used(time(usedAt, Date.now()))].join(' · ')}</span>
            <RemoveButton path={`api/sessions/${id}`} onRemoved={reload} />
          </li>
        ))}
      </ul>
      <h2>{t.activity}</h2>
      <ol class="access-list" data-testid="audit">
        {audit?.entries.map(({ at, who, what, camera, address }, index) => (
          <li key={`${at} ${index}`}>
            <strong>{who}</strong>
            <span>{[time(at, Date.now()), what, camera, address].filter(Boolean).join(' · ')}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
