/** The dashboard: header, tiles and what is said instead of tiles when there are none. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CameraInfo } from '../../server/protocol.ts';
import { I18nContext, useRelayState } from '../context.ts';
import { type I18n, keepLocale, loadI18n } from '../i18n/index.ts';
import {
  applyTheme,
  type Columns,
  dismissWelcome,
  isWelcomeDismissed,
  readColumns,
  readTheme,
  type Theme,
  writeColumns,
} from '../preferences.ts';
import { focusByArrow, useFocusOnReturn } from './focus.ts';
import { useFullscreenFollows } from './full-screen.ts';
import { Grid } from './grid.tsx';
import type { GridLayout } from './grid-layout.ts';
import { Header } from './header.tsx';
import { useKeyboard } from './keyboard.ts';
import { lazy } from './lazy.ts';
import { LinkNotice, Waiting } from './link-notice.tsx';
import { goTo, goToHash, useOpenCamera, useVideosRoute, type VideosRoute } from './route.ts';
import { toggleFullscreen } from './tile-actions.ts';

const Help = lazy(async () => (await import('./help.tsx')).Help);
const WelcomePage = lazy(async () => (await import('./welcome.tsx')).WelcomePage);
const VideosView = lazy(async () => (await import('../videos/videos-view.tsx')).VideosView);
const WelcomeStrip = lazy(async () => (await import('./welcome.tsx')).WelcomeStrip);

/** With fewer cameras a search box is in the way. */
const SEARCH_FROM = 9;

const NEXT_THEME: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };

/** Pure: whether a camera's title or id holds every word of the filter. */
export function matchesFilter({ id, title }: Pick<CameraInfo, 'id' | 'title'>, filter: string): boolean {
  const text = `${title} ${id}`.toLocaleLowerCase();
  return filter
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

export function App({ initialI18n }: { initialI18n: I18n }) {
  const relay = useRelayState();
  const [i18n, setI18n] = useState(initialI18n);
  const [theme, setTheme] = useState<Theme>(readTheme);
  const [columns, setColumns] = useState<Columns>(readColumns);
  const [filter, setFilter] = useState('');
  const [audibleId, setAudibleId] = useState<string | null>(null);
  const [help, setHelp] = useState(false);
  const [welcome, setWelcome] = useState(() => !isWelcomeDismissed());
  const openId = useOpenCamera();
  const videos = useVideosRoute();
  const search = useRef<HTMLInputElement>(null);
  const page = useRef<HTMLDivElement>(null);
  const layout = useRef<GridLayout | null>(null);

  const cameras = relay.cameras ?? [];
  const searchable = cameras.length >= SEARCH_FROM;
  const shown = useMemo(
    () => cameras.filter((camera) => !searchable || matchesFilter(camera, filter)).map(({ id }) => id),
    [relay.cameras, filter, searchable],
  );
  const titleOf = (id: string) => cameras.find((camera) => camera.id === id)?.title ?? id;
  const openTitle = openId === null ? null : titleOf(openId);
  const crumb = videos === null ? openTitle : (placeIn(videos, titleOf) ?? i18n.t.videos);
  const onlyDemo = cameras.length > 0 && cameras.every(({ demo }) => demo);

  const step = (by: 1 | -1) => {
    const at = cameras.findIndex(({ id }) => id === openId);
    const next = cameras[(Math.max(0, at) + by + cameras.length) % cameras.length];
    if (next !== undefined) goTo(next.id);
  };
  const setAudible = useCallback(
    (id: string, audible: boolean) => setAudibleId((old) => (audible ? id : old === id ? null : old)),
    [],
  );
  const onWall = () => page.current && toggleFullscreen(page.current);
  // One step up: from a video or a camera's recordings to all of them.
  const isDeep = videos !== null && placeIn(videos, titleOf) !== null;
  const onBack = () => (isDeep ? goToHash('#/videos') : goTo(null));

  useEffect(() => {
    document.documentElement.lang = i18n.locale === 'zh' ? 'zh-CN' : 'en';
  }, [i18n]);
  useEffect(() => {
    document.title = crumb === null ? 'Sightline' : `${crumb} · Sightline`;
  }, [crumb]);
  useFocusOnReturn(openId);
  useFullscreenFollows(openId);
  useKeyboard({
    openId,
    inVideos: videos !== null,
    onBack,
    onArrow: (arrow) => {
      if (openId !== null) {
        if (arrow === 'ArrowLeft' || arrow === 'ArrowRight') step(arrow === 'ArrowLeft' ? -1 : 1);
      } else focusByArrow(arrow, shown, layout.current?.columns ?? 1);
    },
    onSound: (id) => {
      if ((cameras.find((camera) => camera.id === id)?.audio ?? null) !== null) setAudible(id, audibleId !== id);
    },
    onSearch: () => search.current?.focus(),
    onHelp: () => setHelp(true),
    onWall,
  });

  const changeLanguage = () => {
    const locale = i18n.locale === 'en' ? 'zh' : 'en';
    keepLocale(locale);
    void loadI18n(locale).then(setI18n);
  };
  const empty = relay.cameras !== null && cameras.length === 0 && openId === null;

  return (
    <I18nContext.Provider value={i18n}>
      <div class="page" ref={page}>
        <Header
          total={cameras.length}
          live={cameras.filter(({ state }) => state === 'live').length}
          openTitle={crumb}
          inVideos={videos !== null}
          backLabel={isDeep ? i18n.t.videos : i18n.t.back}
          searchable={searchable}
          filter={filter}
          columns={columns}
          theme={theme}
          search={search}
          onFilter={setFilter}
          onColumns={(chosen) => {
            writeColumns(chosen);
            setColumns(chosen);
          }}
          onTheme={() => {
            const next = NEXT_THEME[theme];
            applyTheme(next);
            setTheme(next);
          }}
          onLanguage={changeLanguage}
          onHelp={() => setHelp(true)}
          onWall={onWall}
          onBack={onBack}
          onStep={step}
        />
        <LinkNotice i18n={i18n} hasCameras={relay.cameras !== null} />
        <main class="main">
          {relay.cameras === null ? (
            <Waiting i18n={i18n} />
          ) : videos !== null ? (
            <VideosView route={videos} />
          ) : empty ? (
            <WelcomePage />
          ) : (
            <Grid
              cameras={cameras}
              shown={new Set(shown)}
              openId={openId}
              audibleId={audibleId}
              linkUp={relay.link === 'up'}
              columns={columns}
              onOpen={goTo}
              onAudible={setAudible}
              onLayout={(next) => {
                layout.current = next;
              }}
            />
          )}
          {shown.length === 0 && cameras.length > 0 && openId === null && videos === null && (
            <p class="notice-page" role="status">
              {i18n.t.noMatch(filter)}
            </p>
          )}
        </main>
        {onlyDemo && welcome && openId === null && videos === null && (
          <WelcomeStrip
            onDismiss={() => {
              dismissWelcome();
              setWelcome(false);
            }}
          />
        )}
        {help && <Help version={relay.version} searchable={searchable} onClose={() => setHelp(false)} />}
      </div>
    </I18nContext.Provider>
  );
}

/** Pure: what of the videos is open, by its title; null for their list. */
function placeIn(route: VideosRoute, titleOf: (camera: string) => string): string | null {
  return route.view === 'recordings' ? titleOf(route.camera) : route.name;
}
