/** Somebody's picture: one of the drawn ones, or an image from a host that the relay allows. Decorative. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { CHAT_AVATARS, type ChatAvatar } from '../../server/protocol.ts';

const DRAWN: Readonly<Record<ChatAvatar, ComponentChildren>> = {
  wave: <path d="M4 9c2-2.4 4-2.4 6 0s4 2.4 6 0M4 13c2-2.4 4-2.4 6 0s4 2.4 6 0" />,
  peak: <path d="M3.5 15 8 7l3 5 1.8-2.6L16.5 15Z" />,
  star: <path d="m10 4 1.8 4 4.2.4-3.2 2.8 1 4.2L10 13.2l-3.8 2.2 1-4.2L4 8.4 8.2 8Z" />,
  leaf: <path d="M5 15C5 8 9 5 15.5 4.5 15.5 11 12 15 5 15Zm0 0 5.5-5.5" />,
  bolt: <path d="M11.5 3.5 5.5 11H10l-1.5 5.5L14.5 9H10Z" />,
  drop: <path d="M10 3.8c3 3.6 4.4 5.6 4.4 7.9a4.4 4.4 0 0 1-8.8 0c0-2.3 1.4-4.3 4.4-7.9Z" />,
  moon: <path d="M15.2 11.6A5.8 5.8 0 1 1 8.4 4.8a4.7 4.7 0 0 0 6.8 6.8Z" />,
  sun: (
    <path d="M10 6.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4ZM10 3v1.4M10 15.6V17M3 10h1.4M15.6 10H17M5 5l1 1M14 14l1 1M5 15l1-1M14 6l1-1" />
  ),
  kite: <path d="M10 3.5 14.5 9 10 14 5.5 9Zm0 10.5c0 1.6-1.6 1.4-1.6 2.8M10 3.5V14M5.5 9h9" />,
  ring: <path d="M10 5a5 5 0 1 1 0 10 5 5 0 0 1 0-10Zm0 3a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z" />,
  sail: <path d="M10.5 3.5V13H5Zm1.5 3 3.5 6.5H12ZM4 15h12" />,
  reed: <path d="M7 16V6m0 0c0-1.4.6-2 .6-2s.6.6.6 2M13 16V8m0 0c0-1.4.6-2 .6-2s.6.6.6 2M10 16v-5" />,
};

export function Avatar({ avatar }: { avatar: string }) {
  const [failed, setFailed] = useState(false);
  const name = CHAT_AVATARS.find((each) => each === avatar);
  if (name === undefined && !failed && avatar.startsWith('https://')) {
    return (
      <img
        class="avatar"
        src={avatar}
        alt=""
        width="28"
        height="28"
        loading="lazy"
        referrerpolicy="no-referrer"
        onError={() => setFailed(true)}
      />
    );
  }
  const drawn = name ?? 'ring';
  return (
    <svg
      class={`avatar avatar-${drawn}`}
      viewBox="0 0 20 20"
      width="28"
      height="28"
      aria-hidden="true"
      focusable="false"
    >
      {DRAWN[drawn]}
    </svg>
  );
}
