/** Links to single cameras: made, listed with their last use, taken back. */
import { useState } from 'preact/hooks';
import type { GrantAnswer, GrantInfo } from '../../server/protocol.ts';
import { useI18n } from '../context.ts';
import { relayUrl } from '../relay-url.ts';
import { ask } from './api.ts';
import { Choice, Field, Form } from './form.tsx';
import { RemoveButton } from './remove-button.tsx';
import { ShownOnce } from './shown-once.tsx';
import { accessTexts } from './texts.ts';
import { useList } from './use-list.ts';

const HOUR_MS = 3_600_000;
const LASTS_HOURS = [1, 24, 168, 720] as const;

export function Links({ cameras }: { readonly cameras: readonly string[] }) {
  const { locale, time } = useI18n();
  const t = accessTexts(locale);
  const [answer, reload] = useList<{ readonly grants: readonly GrantInfo[] }>('api/grants');
  const [made, setMade] = useState<string | null>(null);
  const make = async ({ camera, hours, maxViewers }: Readonly<Record<string, string>>) => {
    const expires = new Date(Date.now() + Number(hours) * HOUR_MS).toISOString();
    const most = maxViewers ? { maxViewers: Number(maxViewers) } : {};
    const { paths } = await ask<GrantAnswer>('POST', 'api/grants', { camera, expires, ...most });
    setMade(relayUrl(paths.embed).href);
    await reload();
  };
  const at = (iso: string) => time(iso, Date.now());
  return (
    <>
      <Form label={t.makeLink} failed={t.failed} testId="link-form" onSend={make}>
        <Choice label={t.camera} name="camera" options={cameras.map((id) => [id, id])} />
        <Choice
          label={t.lasts}
          name="hours"
          options={LASTS_HOURS.map((hours) => [String(hours), hours < 24 ? t.hours(hours) : t.days(hours / 24)])}
        />
        <Field label={t.maxViewers} name="maxViewers" type="number" required={false} />
      </Form>
      {made !== null && <ShownOnce text={made} />}
      {answer?.grants.length === 0 && <p class="access-note">{t.none}</p>}
      <ul class="access-list" data-testid="links">
        {answer?.grants.map(({ id, camera, expires, usedAt, viewers, createdBy }) => (
          <li key={id}>
            <strong>{camera}</strong>
            <span>
              {[
                createdBy,
                t.until(at(expires)),
                usedAt === null ? t.unused : t.used(at(usedAt)),
                t.watching(viewers),
              ].join(' · ')}
            </span>
            <RemoveButton path={`api/grants/${id}`} onRemoved={reload} />
          </li>
        ))}
      </ul>
    </>
  );
}
