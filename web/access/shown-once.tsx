/** A secret that the relay tells once, with a way to copy it. */
import { useState } from 'preact/hooks';
import { copyText } from '../clipboard.ts';
import { useI18n } from '../context.ts';
import { accessTexts } from './texts.ts';

export function ShownOnce({ text }: { readonly text: string }) {
  const { locale } = useI18n();
  const t = accessTexts(locale);
  const [copied, setCopied] = useState(false);
  return (
    <div class="access-once" role="status">
      <code data-testid="shown-once">{text}</code>
      <button type="button" class="button" onClick={() => void copyText(text).then(setCopied)}>
        {copied ? t.copied : t.copy}
      </button>
      <span>{t.onlyNow}</span>
    </div>
  );
}
