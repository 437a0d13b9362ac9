/** Stands around the dashboard: shows it to who may see it, and the door to everybody else. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useLink } from '../context.ts';
import { lazy } from '../dashboard/lazy.ts';
import type { Locale } from '../i18n/index.ts';
import { session } from './api.ts';
import { useSession } from './use-session.ts';

const Door = lazy(async () => (await import('./door.tsx')).Door);
const OpenBanner = lazy(async () => (await import('./open-banner.tsx')).OpenBanner);

interface AccessGateProps {
  readonly locale: Locale;
  readonly children: ComponentChildren;
}

export function AccessGate({ locale, children }: AccessGateProps) {
  const answer = useSession();
  const link = useLink();
  useEffect(() => {
    void session.refresh();
    // A session that has ended, or begun in another tab, shows first in the line to the relay.
    let before = false;
    return link.subscribe(() => {
      const { isRefused } = link.state;
      if (isRefused !== before) void session.refresh();
      before = isRefused;
    });
  }, [link]);
  if (answer?.kind === 'stranger' || answer?.kind === 'set-up')
    return <Door kind={answer.kind} oidc={answer.oidc} locale={locale} />;
  return (
    <>
      {answer?.open === true && <OpenBanner locale={locale} />}
      {children}
    </>
  );
}
