/** The chat's icons, in the manner of the dashboard's. Decorative; labels stand beside them. */
import type { ComponentChildren } from 'preact';

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const ChatIcon = () => (
  <Icon>
    <path d="M3.5 4.5h13v9H9.4L6 16.5v-3H3.5Z" />
  </Icon>
);
export const SendIcon = () => (
  <Icon>
    <path d="M3.5 10 16.5 4 12 16.5 9.5 11Z" />
  </Icon>
);
export const EmojiIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.8" />
    <path d="M7 11.8c1.6 2 4.4 2 6 0" />
    <circle class="solid" cx="7.8" cy="8.3" r=".9" />
    <circle class="solid" cx="12.2" cy="8.3" r=".9" />
  </Icon>
);
export const DanmakuIcon = () => (
  <Icon>
    <rect x="2.5" y="4" width="15" height="12" rx="1.5" />
    <path d="M9 7.8h6M5 11h5M12.5 11h2.5" />
  </Icon>
);
export const SettingsIcon = () => (
  <Icon>
    <path d="M3.5 6h7M14 6h2.5M3.5 14H6M9.5 14h7" />
    <circle cx="12.2" cy="6" r="1.8" />
    <circle cx="7.8" cy="14" r="1.8" />
  </Icon>
);
export const MoreIcon = () => (
  <Icon>
    <circle class="solid" cx="5" cy="10" r="1.2" />
    <circle class="solid" cx="10" cy="10" r="1.2" />
    <circle class="solid" cx="15" cy="10" r="1.2" />
  </Icon>
);
export const ShieldIcon = () => (
  <Icon>
    <path d="M10 3.2 15.5 5v4.6c0 3.4-2.2 5.8-5.5 7.2-3.3-1.4-5.5-3.8-5.5-7.2V5Z" />
  </Icon>
);
