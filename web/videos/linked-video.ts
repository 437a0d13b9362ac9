/** The page of one video, for whoever was given a link to it: the browser's own player, or why it shows nothing. */
import { currentLocale } from '../i18n/index.ts';
import { videosEn } from '../i18n/videos-en.ts';
import { videosZh } from '../i18n/videos-zh.ts';
import { relayUrl } from '../relay-url.ts';
import { errorText, probeUrl } from './api.ts';

/** Shows it; once in a page's life. */
export function showLinkedVideo(name: string): void {
  const locale = currentLocale();
  const t = locale === 'zh' ? videosZh : videosEn;
  document.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en';
  document.title = `${name} · Sightline`;
  const url = relayUrl(`api/video/${encodeURIComponent(name)}`);
  const frame = document.createElement('main');
  frame.className = 'frame embed';
  const video = document.createElement('video');
  Object.assign(video, { className: 'picture', controls: true, playsInline: true, preload: 'metadata', src: url.href });
  video.dataset.testid = 'video';
  video.setAttribute('aria-label', name);
  video.addEventListener('error', () => {
    // The element does not say what the relay answered.
    probeUrl(url).then(
      () => say(frame, t.mediaError),
      (error: unknown) => say(frame, errorText(error, t)),
    );
  });
  frame.append(video);
  document.getElementById('app')!.replaceChildren(frame);
}

function say(frame: HTMLElement, text: string): void {
  const line = document.createElement('p');
  line.className = 'linked-video-problem';
  line.setAttribute('role', 'alert');
  line.textContent = text;
  frame.append(line);
}
