/** The users, for who manages the relay. */
import { ROLES, type UserInfo } from '../../server/protocol.ts';
import { useI18n } from '../context.ts';
import { ask } from './api.ts';
import { Choice, Field, Form } from './form.tsx';
import { RemoveButton } from './remove-button.tsx';
import { accessTexts } from './texts.ts';
import { useList } from './use-list.ts';

export function Users() {
  const { locale } = useI18n();
  const t = accessTexts(locale);
  const [answer, reload] = useList<{ readonly users: readonly UserInfo[] }>('api/users');
  const add = async ({ name, password, role }: Readonly<Record<string, string>>) => {
    await ask('POST', 'api/users', { name, password, role });
    await reload();
  };
  return (
    <>
      <ul class="access-list" data-testid="users">
        {answer?.users.map(({ name, role, cameras, configured }) => (
          <li key={name}>
            <strong>{name}</strong>
            <span>{[t.roles[role], cameras && t.limited, configured && t.configured].filter(Boolean).join(' · ')}</span>
            {!configured && <RemoveButton path={`api/users/${encodeURIComponent(name)}`} onRemoved={reload} />}
          </li>
        ))}
      </ul>
      <Form label={t.add} failed={t.failed} testId="user-form" onSend={add}>
        <Field label={t.name} name="name" />
        <Field label={t.password} name="password" type="password" autoComplete="new-password" />
        <Choice label={t.role} name="role" options={ROLES.map((role) => [role, t.roles[role]])} />
      </Form>
    </>
  );
}
