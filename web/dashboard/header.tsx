/** The bar at the top: where we are, how many cameras are live, and the switches. */
import type { RefObject } from 'preact';
import { AccessButton } from '../access/access-button.tsx';
import { useI18n } from '../context.ts';
import type { Columns, Theme } from '../preferences.ts';
import {
  AutoThemeIcon,
  BackIcon,
  BrandIcon,
  CloseIcon,
  DarkThemeIcon,
  FilmIcon,
  ForwardIcon,
  FullscreenIcon,
  HelpIcon,
  LightThemeIcon,
  SearchIcon,
} from './icons.tsx';
import { canFullscreen } from './tile-actions.ts';

export interface HeaderProps {
  readonly total: number;
  readonly live: number;
  /** Title of what is opened; null in the grid. */
  readonly openTitle: string | null;
  /** The videos are shown rather than cameras. */
  readonly inVideos: boolean;
  /** Where the way back leads. */
  readonly backLabel: string;
  readonly searchable: boolean;
  readonly filter: string;
  readonly columns: Columns;
  readonly theme: Theme;
  readonly search: RefObject<HTMLInputElement | null>;
  readonly onFilter: (text: string) => void;
  readonly onColumns: (columns: Columns) => void;
  readonly onTheme: () => void;
  readonly onLanguage: () => void;
  readonly onHelp: () => void;
  readonly onWall: () => void;
  readonly onBack: () => void;
  readonly onStep: (step: 1 | -1) => void;
}

const THEME_ICON = { auto: AutoThemeIcon, light: LightThemeIcon, dark: DarkThemeIcon };
const MAX_COLUMNS = 8;

export function Header(props: HeaderProps) {
  const { t } = useI18n();
  const ThemeIcon = THEME_ICON[props.theme];
  return (
    <header class="header">
      {props.openTitle === null ? (
        <h1 class="brand">
          <BrandIcon />
          <span class="brand-name">Sightline</span>
        </h1>
      ) : (
        <div class="crumbs">
          <button
            type="button"
            class="button back"
            onClick={props.onBack}
            data-testid="back"
            title={`${props.backLabel} (Esc)`}
            aria-label={props.backLabel}
          >
            <BackIcon />
            <span class="back-label">{props.backLabel}</span>
          </button>
          <h1 class="crumb-title">{props.openTitle}</h1>
        </div>
      )}
      {props.openTitle === null && props.total > 0 && (
        <p class="summary" role="status">
          {props.live === props.total ? t.cameraCount(props.total) : t.liveOf(props.live, props.total)}
        </p>
      )}
      <div class="header-space" />
      {props.openTitle === null ? (
        <GridSwitches {...props} />
      ) : (
        !props.inVideos && <Stepper total={props.total} onStep={props.onStep} />
      )}
      <div class="switches">
        {props.openTitle === null && (
          <a class="button" href="#/videos" data-testid="videos-link" title={t.videos} aria-label={t.videos}>
            <FilmIcon />
            <span class="back-label">{t.videos}</span>
          </a>
        )}
        <button
          type="button"
          class="button icon-only"
          onClick={props.onTheme}
          title={t.theme[props.theme]}
          aria-label={t.theme[props.theme]}
          data-testid="theme"
        >
          <ThemeIcon />
        </button>
        <button
          type="button"
          class="button language"
          onClick={props.onLanguage}
          title={t.switchLanguage}
          aria-label={t.switchLanguage}
          data-testid="language"
        >
          <span aria-hidden="true">{t.languageShort}</span>
        </button>
        <AccessButton />
        {canFullscreen() && props.openTitle === null && props.total > 0 && (
          <button
            type="button"
            class="button icon-only wide-only"
            onClick={props.onWall}
            title={`${t.wall} (F)`}
            aria-label={t.wall}
          >
            <FullscreenIcon />
          </button>
        )}
        {!props.inVideos && (
          <button
            type="button"
            class="button icon-only wide-only"
            onClick={props.onHelp}
            title={`${t.help} (?)`}
            aria-label={t.help}
            data-testid="help"
          >
            <HelpIcon />
          </button>
        )}
      </div>
    </header>
  );
}

function Stepper({ total, onStep }: Pick<HeaderProps, 'total' | 'onStep'>) {
  const { t } = useI18n();
  if (total < 2) return null;
  return (
    <div class="switches">
      <button
        type="button"
        class="button icon-only"
        onClick={() => onStep(-1)}
        title={`${t.previous} (←)`}
        aria-label={t.previous}
        data-testid="previous"
      >
        <BackIcon />
      </button>
      <button
        type="button"
        class="button icon-only"
        onClick={() => onStep(1)}
        title={`${t.next} (→)`}
        aria-label={t.next}
        data-testid="next"
      >
        <ForwardIcon />
      </button>
    </div>
  );
}

function GridSwitches(props: HeaderProps) {
  const { t } = useI18n();
  return (
    <>
      {props.searchable && (
        <div class="search">
          <SearchIcon />
          <input
            ref={props.search}
            type="search"
            value={props.filter}
            placeholder={t.search}
            aria-label={t.search}
            data-testid="search"
            onInput={(event) => props.onFilter(event.currentTarget.value)}
          />
          {props.filter !== '' && (
            <button type="button" class="search-clear" onClick={() => props.onFilter('')} aria-label={t.clearSearch}>
              <CloseIcon />
            </button>
          )}
        </div>
      )}
      {props.total > 1 && (
        <label class="columns">
          <span class="columns-label">{t.columns}</span>
          <select
            value={String(props.columns)}
            data-testid="columns"
            onChange={({ currentTarget: { value } }) => props.onColumns(value === 'auto' ? 'auto' : Number(value))}
          >
            <option value="auto">{t.columnsAuto}</option>
            {Array.from({ length: MAX_COLUMNS }, (_, i) => (
              <option key={i} value={String(i + 1)}>
                {i + 1}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  );
}
