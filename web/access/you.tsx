/** Oneself: name and role, another password, signing out; on a relay without users, the first administrator. */
import { useState } from 'preact/hooks';
import type { SessionAnswer } from '../../server/protocol.ts';
import { useI18n } from '../context.ts';
import { ask } from './api.ts';
import { SetUp } from './door.tsx';
import { Field, Form } from './form.tsx';
import { accessTexts } from './texts.ts';

export function You({ answer }: { readonly answer: SessionAnswer }) {
  const { locale } = useI18n();
  const t = accessTexts(locale);
  const [changed, setChanged] = useState(false);
  if (answer.kind !== 'user') {
    return (
      <>
        <p>{answer.kind === 'local' ? t.localYou : t.guestYou}</p>
        {answer.kind === 'local' && <SetUp locale={locale} withCode={false} />}
      </>
    );
  }
  const signOut = async () => {
    await ask('DELETE', 'api/session');
    location.reload();
  };
  const change = async ({ current, next }: Readonly<Record<string, string>>) => {
    await ask('PUT', 'api/session/password', { current, next });
    setChanged(true);
  };
  return (
    <>
      <p class="access-you">
        <strong>{answer.name}</strong> {answer.role !== null && t.roles[answer.role]}
        <button type="button" class="button" onClick={() => void signOut()} data-testid="sign-out">
          {t.signOut}
        </button>
      </p>
      <Form label={t.changePassword} failed={t.failed} testId="password-form" onSend={change}>
        <Field label={t.currentPassword} name="current" type="password" autoComplete="current-password" />
        <Field label={t.newPassword} name="next" type="password" autoComplete="new-password" />
      </Form>
      {changed && <p role="status">{t.passwordChanged}</p>}
    </>
  );
}
