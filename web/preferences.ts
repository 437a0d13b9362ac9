/** What a viewer chose, kept in localStorage. A browser that forbids storage only forgets. */

export type Theme = 'auto' | 'light' | 'dark';
export type Columns = 'auto' | number;

const PREFIX = 'sightline.';

function read(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, value);
  } catch {
    // Private windows and full disks: the choice holds until the page is closed.
  }
}

export function readTheme(): Theme {
  const value = read('theme');
  return value === 'light' || value === 'dark' ? value : 'auto';
}

/** Keeps the theme and puts it on the page. */
export function applyTheme(theme: Theme): void {
  write('theme', theme === 'auto' ? null : theme);
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function readColumns(): Columns {
  const value = Number(read('columns'));
  return Number.isInteger(value) && value >= 1 && value <= 8 ? value : 'auto';
}

export function writeColumns(columns: Columns): void {
  write('columns', columns === 'auto' ? null : String(columns));
}

export const readLocaleChoice = (): string | null => read('locale');
export const writeLocaleChoice = (locale: string): void => write('locale', locale);

export const isWelcomeDismissed = (): boolean => read('welcome') === 'dismissed';
export const dismissWelcome = (): void => write('welcome', 'dismissed');

/** The name of an engine; whether there is one of that name is for the player to know. */
export const readEngine = (): string | null => read('engine');
export const writeEngine = (name: string | null): void => write('engine', name);
