/** Tokens for machines: made, listed with their last use, taken back. */
import { useState } from 'preact/hooks';
import { RIGHTS, type TokenInfo } from '../../server/protocol.ts';
import { useI18n } from '../context.ts';
import { ask } from './api.ts';
import { Field, Form } from './form.tsx';
import { RemoveButton } from './remove-button.tsx';
import { ShownOnce } from './shown-once.tsx';
import { accessTexts } from './texts.ts';
import { useList } from './use-list.ts';

export function Tokens() {
  const { locale, time } = useI18n();
  const t = accessTexts(locale);
  const [answer, reload] = useList<{ readonly tokens: readonly TokenInfo[] }>('api/tokens');
  const [made, setMade] = useState<string | null>(null);
  const make = async (values: Readonly<Record<string, string>>) => {
    const rights = RIGHTS.filter((right) => values[right] === 'on');
    setMade((await ask<{ token: string }>('POST', 'api/tokens', { name: values.name, rights })).token);
    await reload();
  };
  return (
    <>
      <Form label={t.makeToken} failed={t.failed} testId="token-form" onSend={make}>
        <Field label={t.tokenName} name="name" />
        <div class="access-rights">
          {RIGHTS.map((right) => (
            <label key={right}>
              <input type="checkbox" name={right} defaultChecked={right === 'see'} /> {t.rights[right]}
            </label>
          ))}
        </div>
      </Form>
      {made !== null && <ShownOnce text={made} />}
      <ul class="access-list" data-testid="tokens">
        {answer?.tokens.map(({ id, name, rights, usedAt }) => (
          <li key={id}>
            <strong>{name}</strong>
            <span>
              {rights.map((right) => t.rights[right]).join(', ')} ·{' '}
              {usedAt === null ? t.unused : t.used(time(usedAt, Date.now()))}
            </span>
            <RemoveButton path={`api/tokens/${id}`} onRemoved={reload} />
          </li>
        ))}
      </ul>
    </>
  );
}
