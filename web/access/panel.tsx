/** The access panel: oneself for everybody; users, links, tokens and what was done for who manages the relay. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../server/protocol.ts';
import { useI18n } from '../context.ts';
import { CloseIcon } from '../dashboard/icons.tsx';
import { Activity } from './activity.tsx';
import { Links } from './links.tsx';
import { accessTexts } from './texts.ts';
import { Tokens } from './tokens.tsx';
import { Users } from './users.tsx';
import { You } from './you.tsx';
import './access.css';

const TABS = ['you', 'users', 'links', 'tokens', 'activity'] as const;
type Tab = (typeof TABS)[number];

interface PanelProps {
  readonly answer: SessionAnswer;
  readonly onClose: () => void;
}

/** Pure: what somebody has use for. */
function tabsOf({ kind, rights, cameras }: SessionAnswer): readonly Tab[] {
  if (kind === 'local') return ['you', 'links', 'tokens', 'activity'];
  if (rights.includes('manage')) return TABS;
  return Object.values(cameras).some((given) => given.includes('manage')) ? ['you', 'links'] : ['you'];
}

export function Panel({ answer, onClose }: PanelProps) {
  const { locale } = useI18n();
  const t = accessTexts(locale);
  const [tab, setTab] = useState<Tab>('you');
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const shareable = Object.entries(answer.cameras).flatMap(([id, rights]) => (rights.includes('manage') ? [id] : []));
  return (
    <dialog ref={dialog} class="help access" aria-label={t.account} data-testid="access-panel" onClose={onClose}>
      <div class="help-body">
        <nav class="access-tabs">
          {tabsOf(answer).map((name) => (
            <button
              key={name}
              type="button"
              class="button"
              aria-current={tab === name}
              onClick={() => setTab(name)}
              data-testid={`tab-${name}`}
            >
              {t[name]}
            </button>
          ))}
        </nav>
        <button
          type="button"
          class="button icon-only dismiss"
          onClick={() => dialog.current?.close()}
          aria-label={t.close}
        >
          <CloseIcon />
        </button>
        {tab === 'you' && <You answer={answer} />}
        {tab === 'users' && <Users />}
        {tab === 'links' && <Links cameras={shareable} library={answer.rights.includes('manage')} />}
        {tab === 'tokens' && <Tokens />}
        {tab === 'activity' && <Activity />}
      </div>
    </dialog>
  );
}
