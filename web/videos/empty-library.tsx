/** What is said where no video is: how to get some. */
import { useVideosTexts } from './texts.ts';

const RULE = '"record": { "when": "always" }';

export function EmptyLibrary() {
  const { t } = useVideosTexts();
  return (
    <section class="vempty" data-testid="videos-empty">
      <h2>{t.emptyTitle}</h2>
      <p>{t.emptyText}</p>
      <ol class="steps">
        <li>
          {t.emptyRecord}
          <code class="vempty-rule">{RULE}</code>
        </li>
        <li>{t.emptyUpload}</li>
        <li>{t.emptyFolder}</li>
      </ol>
    </section>
  );
}
