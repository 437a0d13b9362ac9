/** What a stranger sees instead of the cameras: signing in, or setting up the first administrator. */
import type { Locale } from '../i18n/index.ts';
import { relayUrl } from '../relay-url.ts';
import { ask } from './api.ts';
import { Field, Form } from './form.tsx';
import { accessTexts } from './texts.ts';
import './access.css';

interface DoorProps {
  /** There is a service to sign in at. */
  readonly oidc: boolean;
  readonly kind: 'stranger' | 'set-up';
  readonly locale: Locale;
}

export function Door({ kind, oidc, locale }: DoorProps) {
  const t = accessTexts(locale);
  return (
    <main class="door" data-testid={kind === 'set-up' ? 'set-up' : 'sign-in'}>
      <h1>{kind === 'set-up' ? t.setUpTitle : t.signInTitle}</h1>
      {kind === 'set-up' ? <SetUp locale={locale} withCode /> : <SignIn locale={locale} />}
      {oidc && kind === 'stranger' && (
        <a class="button" href={relayUrl('api/session/oidc').href} data-testid="sign-in-elsewhere">
          {t.signInElsewhere}
        </a>
      )}
    </main>
  );
}

function SignIn({ locale }: { readonly locale: Locale }) {
  const t = accessTexts(locale);
  const send = async ({ name, password }: Readonly<Record<string, string>>) => {
    await ask('POST', 'api/session', { user: name, password });
    // Everything that was refused before is asked anew.
    location.reload();
  };
  return (
    <Form label={t.signIn} failed={t.failed} testId="sign-in-form" onSend={send}>
      <Field label={t.name} name="name" autoComplete="username" focused />
      <Field label={t.password} name="password" type="password" autoComplete="current-password" />
    </Form>
  );
}

/** @param withCode false on the machine itself, which needs none */
export function SetUp({ locale, withCode }: { readonly locale: Locale; readonly withCode: boolean }) {
  const t = accessTexts(locale);
  const send = async ({ code = '', name, password }: Readonly<Record<string, string>>) => {
    await ask('POST', 'api/setup', { code, name, password });
    location.reload();
  };
  return (
    <Form label={t.setUp} failed={t.failed} testId="set-up-form" onSend={send}>
      <p class="access-note">{withCode ? t.setUpText : t.setUpHere}</p>
      {withCode && <Field label={t.code} name="code" focused />}
      <Field label={t.name} name="name" autoComplete="username" />
      <Field label={t.password} name="password" type="password" autoComplete="new-password" />
    </Form>
  );
}
