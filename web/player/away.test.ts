import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const FIVE_MINUTES_MS = 5 * 60_000;

/** As much of a page as is asked, and modules that have listened to no other page. */
async function openPage({ hidden }: { readonly hidden: boolean }) {
  const page = Object.assign(new EventTarget(), { hidden });
  vi.stubGlobal('document', page);
  vi.stubGlobal('window', new EventTarget());
  vi.resetModules();
  const { Away } = await import('./away.ts');
  const events = { onLongHidden: vi.fn(), onReturn: vi.fn() };
  const away = new Away(events);
  const hide = (isHidden: boolean) => {
    page.hidden = isHidden;
    page.dispatchEvent(new Event('visibilitychange'));
  };
  return { away, hide, ...events };
}

describe('a page that nobody sees', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('gives its streams back after a while', async () => {
    const { hide, onLongHidden } = await openPage({ hidden: false });
    vi.advanceTimersByTime(FIVE_MINUTES_MS);
    hide(true);
    vi.advanceTimersByTime(FIVE_MINUTES_MS - 1);
    expect(onLongHidden).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onLongHidden).toHaveBeenCalledOnce();
  });

  it('does so too when it was opened behind another', async () => {
    const { onLongHidden } = await openPage({ hidden: true });
    vi.advanceTimersByTime(FIVE_MINUTES_MS);
    expect(onLongHidden).toHaveBeenCalledOnce();
  });

  it.each([{ hidden: true }, { hidden: false }])('keeps them when it is looked at before then (%j)', async (opened) => {
    const { hide, onLongHidden, onReturn } = await openPage(opened);
    hide(true);
    vi.advanceTimersByTime(FIVE_MINUTES_MS - 1);
    hide(false);
    vi.advanceTimersByTime(FIVE_MINUTES_MS);
    expect(onLongHidden).not.toHaveBeenCalled();
    expect(onReturn).toHaveBeenCalledWith({ type: 'shown', awayMs: FIVE_MINUTES_MS - 1 });
  });

  it('needs to do nothing any more once it was closed', async () => {
    const { away, onLongHidden } = await openPage({ hidden: true });
    away.close();
    vi.advanceTimersByTime(FIVE_MINUTES_MS);
    expect(onLongHidden).not.toHaveBeenCalled();
  });
});
