/** What every component may need without being handed it: language and the line to the relay. */
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { RelayLink as Link, type RelayLink, type RelayState } from './api.ts';
import { en } from './i18n/en.ts';
import { createI18n, type I18n } from './i18n/index.ts';

export const I18nContext = createContext<I18n>(createI18n('en', en));
export const LinkContext = createContext<RelayLink>(new Link());

export const useI18n = (): I18n => useContext(I18nContext);
export const useLink = (): RelayLink => useContext(LinkContext);

/** The relay's state; renders again when it changes. */
export function useRelayState(): RelayState {
  const link = useLink();
  const [state, setState] = useState(link.state);
  useEffect(() => {
    setState(link.state);
    return link.subscribe(() => setState(link.state));
  }, [link]);
  return state;
}

/** The page clock (Unix ms), renewed every `intervalMs` while `running`. */
export function useNow(running: boolean, intervalMs = 500): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNowMs(Date.now());
    const timer = setInterval(() => setNowMs(Date.now()), intervalMs);
    return () => clearInterval(timer);
  }, [running, intervalMs]);
  return nowMs;
}
