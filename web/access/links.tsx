/** Links to single cameras and videos: made, listed with their last use, taken back. */
import { useState } from 'preact/hooks';
import type { GrantAnswer, GrantInfo, VideosAnswer } from '../../server/protocol.ts';
import { useI18n } from '../context.ts';
import { relayUrl } from '../relay-url.ts';
import { ask } from './api.ts';
import { Choice, Field, Form } from './form.tsx';
import { RemoveButton } from './remove-button.tsx';
import { ShownOnce } from './shown-once.tsx';
import { accessTexts } from './texts.ts';
import { useList } from './use-list.ts';

/** What one may want to share is mostly new. */
const NEWEST_VIDEOS = 'api/videos?limit=50';
const HOUR_MS = 3_600_000;
const LASTS_HOURS = [1, 24, 168, 720] as const;

interface LinksProps {
  /** Those that the person may share. */
  readonly cameras: readonly string[];
  readonly library: boolean;
}

export function Links({ cameras, library }: LinksProps) {
  const { locale, time } = useI18n();
  const t = accessTexts(locale);
  const [answer, reload] = useList<{ readonly grants: readonly GrantInfo[] }>('api/grants');
  const [made, setMade] = useState<string | null>(null);
  const [videos] = useList<Pick<VideosAnswer, 'videos'>>(library ? NEWEST_VIDEOS : null);
  const choices = [
    ...cameras.map((id) => [`camera:${id}`, id] as const),
    ...(videos?.videos ?? []).map(({ name }) => [`video:${name}`, name] as const),
  ];
  const make = async ({ opens = '', hours, maxViewers }: Readonly<Record<string, string>>) => {
    const [kind, what] = [opens.slice(0, opens.indexOf(':')), opens.slice(opens.indexOf(':') + 1)];
    const expires = new Date(Date.now() + Number(hours) * HOUR_MS).toISOString();
    const most = maxViewers ? { maxViewers: Number(maxViewers) } : {};
    const { paths } = await ask<GrantAnswer>('POST', 'api/grants', { [kind]: what, expires, ...most });
    setMade(relayUrl(paths.embed).href);
    await reload();
  };
  const at = (iso: string) => time(iso, Date.now());
  return (
    <>
      <Form label={t.makeLink} failed={t.failed} testId="link-form" onSend={make}>
        <Choice label={t.opens} name="opens" options={choices} />
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
        {answer?.grants.map(({ id, camera, video, expires, usedAt, viewers, createdBy }) => (
          <li key={id}>
            <strong>{camera ?? video}</strong>
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
