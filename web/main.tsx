/** Starts the dashboard. */
import { render } from 'preact';
import { AccessGate } from './access/access-gate.tsx';
import { RelayLink } from './api.ts';
import { LinkContext } from './context.ts';
import { App } from './dashboard/app.tsx';
import { currentLocale, loadI18n } from './i18n/index.ts';
import { pickedEngine } from './player/picked-engine.ts';
import { prepare } from './player/prepare.ts';
import { applyTheme, readTheme } from './preferences.ts';

applyTheme(readTheme());
const link = new RelayLink();
link.start();
// On its way while the relay tells which cameras there are.
prepare(pickedEngine(), null);

const initialI18n = await loadI18n(currentLocale());
render(
  <LinkContext.Provider value={link}>
    <AccessGate locale={initialI18n.locale}>
      <App initialI18n={initialI18n} />
    </AccessGate>
  </LinkContext.Provider>,
  document.getElementById('app')!,
);
