/** Says that anybody may watch, for as long as that is so. */
import type { Locale } from '../i18n/index.ts';
import { accessTexts } from './texts.ts';
import './access.css';

export function OpenBanner({ locale }: { readonly locale: Locale }) {
  return (
    <p class="open-banner" role="note" data-testid="open-banner">
      {accessTexts(locale).open}
    </p>
  );
}
