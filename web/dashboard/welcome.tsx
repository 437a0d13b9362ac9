/** How to add a first camera: a full page when there is none, a strip that can be dismissed beside demo cameras. */
import { useState } from 'preact/hooks';
import { copyText } from '../clipboard.ts';
import { useI18n } from '../context.ts';
import { BrandIcon, CloseIcon, CopyIcon } from './icons.tsx';

const CONFIG_FILE = 'ffmpeg.config.json';

/** Pure: a camera as it stands in the config; with a comma when others follow it. */
export function cameraSnippet(title: string, othersFollow: boolean): string {
  const camera = { title, url: 'rtsp://192.168.1.20/stream1', username: 'viewer', password: 'secret' };
  return `"door": ${JSON.stringify(camera, null, 2)}${othersFollow ? ',' : ''}`;
}

/** The snippet stands under the step that speaks of it, or beside the steps where there is width. */
function Steps({ othersFollow, beside }: { othersFollow: boolean; beside: boolean }) {
  const { t } = useI18n();
  const w = t.welcome;
  const snippet = <Snippet text={cameraSnippet(w.sampleTitle, othersFollow)} />;
  return (
    <>
      <ol class="steps">
        <li>
          {w.step1} <code>{CONFIG_FILE}</code>
        </li>
        <li>
          {w.step2}
          {!beside && snippet}
        </li>
        <li>{w.step3}</li>
      </ol>
      {beside && snippet}
    </>
  );
}

function Snippet({ text }: { text: string }) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    setCopied(await copyText(text));
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div class="snippet">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and keys must reach it then */}
      <pre data-testid="snippet" tabIndex={0}>
        {text}
      </pre>
      <button type="button" class="button copy" onClick={copy} data-testid="copy-snippet">
        <CopyIcon />
        <span aria-live="polite">{copied ? t.copied : t.copy}</span>
      </button>
    </div>
  );
}

export function WelcomePage() {
  const { t } = useI18n();
  return (
    <section class="welcome-page" data-testid="empty">
      <span class="welcome-mark">
        <BrandIcon />
      </span>
      <h2>{t.welcome.emptyTitle}</h2>
      <p class="lead">{t.welcome.emptyText}</p>
      <Steps othersFollow={false} beside={false} />
      <p class="hint">{t.welcome.hint}</p>
    </section>
  );
}

export function WelcomeStrip({ onDismiss }: { onDismiss: () => void }) {
  const { t } = useI18n();
  return (
    <aside class="welcome-strip" aria-labelledby="welcome-title" data-testid="welcome">
      <div class="welcome-text">
        <h2 id="welcome-title">{t.welcome.demoTitle}</h2>
        <p>{t.welcome.demoText}</p>
      </div>
      <Steps othersFollow beside />
      <button
        type="button"
        class="button icon-only dismiss"
        onClick={onDismiss}
        aria-label={t.welcome.dismiss}
        title={t.welcome.dismiss}
        data-testid="dismiss-welcome"
      >
        <CloseIcon />
      </button>
    </aside>
  );
}
