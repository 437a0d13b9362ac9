/** The page's icons: 20 by 20, drawn with the colour of the text around them. Decorative; labels stand beside them. */
import type { ComponentChildren } from 'preact';

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const BrandIcon = () => (
  <Icon>
    <path d="M1.5 10h3.6M14.9 10h3.6" />
    <circle cx="10" cy="10" r="4.9" />
    <circle class="solid" cx="10" cy="10" r="1.6" />
  </Icon>
);
export const BackIcon = () => (
  <Icon>
    <path d="M12 4.5 6.5 10l5.5 5.5" />
  </Icon>
);
export const ForwardIcon = () => (
  <Icon>
    <path d="M8 4.5 13.5 10 8 15.5" />
  </Icon>
);
export const SoundIcon = () => (
  <Icon>
    <path d="M3.5 8v4H6l3.5 3V5L6 8Z" />
    <path d="M12.6 7.4a3.7 3.7 0 0 1 0 5.2M14.9 5.2a6.8 6.8 0 0 1 0 9.6" />
  </Icon>
);
export const MutedIcon = () => (
  <Icon>
    <path d="M3.5 8v4H6l3.5 3V5L6 8Z" />
    <path d="m13 8 4 4M17 8l-4 4" />
  </Icon>
);
export const FullscreenIcon = () => (
  <Icon>
    <path d="M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4" />
  </Icon>
);
export const PictureInPictureIcon = () => (
  <Icon>
    <rect x="2.5" y="4" width="15" height="12" rx="1.5" />
    <rect class="solid" x="10" y="10" width="5.5" height="4" rx=".6" />
  </Icon>
);
export const CameraIcon = () => (
  <Icon>
    <path d="M3 6.5h3L7.3 4.5h5.4L14 6.5h3v9H3Z" />
    <circle cx="10" cy="10.7" r="2.7" />
  </Icon>
);
export const CodeIcon = () => (
  <Icon>
    <path d="m7 6-4 4 4 4M13 6l4 4-4 4" />
  </Icon>
);
export const SearchIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 3.5 3.5" />
  </Icon>
);
export const HelpIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="7" />
    <path d="M8 8.1a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4" />
    <circle class="solid" cx="10" cy="13.6" r=".9" />
  </Icon>
);
export const AutoThemeIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.5" />
    <path class="solid" d="M10 3.5a6.5 6.5 0 0 1 0 13Z" />
  </Icon>
);
export const LightThemeIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="3.2" />
    <path d="M10 2.2v1.6M10 16.2v1.6M2.2 10h1.6M16.2 10h1.6M4.5 4.5l1.1 1.1M14.4 14.4l1.1 1.1M4.5 15.5l1.1-1.1M14.4 5.6l1.1-1.1" />
  </Icon>
);
export const DarkThemeIcon = () => (
  <Icon>
    <path d="M16 11.8A6.5 6.5 0 0 1 8.2 4a6.5 6.5 0 1 0 7.8 7.8Z" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon>
    <rect x="7" y="7" width="9.5" height="9.5" rx="1.5" />
    <path d="M4.5 12.8h-1V3.5h9.3v1" />
  </Icon>
);
export const PlayIcon = () => (
  <Icon>
    <path class="solid" d="M6.5 4.2v11.6L16 10Z" />
  </Icon>
);
export const FilmIcon = () => (
  <Icon>
    <rect x="3" y="4" width="14" height="12" rx="1.5" />
    <path d="M6.5 4v12M13.5 4v12M3 8h3.5M3 12h3.5M13.5 8H17M13.5 12H17" />
  </Icon>
);
export const WarningIcon = () => (
  <Icon>
    <path d="M10 3.2 17.6 16.3H2.4Z" />
    <path d="M10 8v4" />
    <circle class="solid" cx="10" cy="14" r=".8" />
  </Icon>
);
