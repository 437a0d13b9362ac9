/** Icons of the videos view alone; those it shares with the dashboard are `dashboard/icons.tsx`. Decorative. */
import type { ComponentChildren } from 'preact';

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const PauseIcon = () => (
  <Icon>
    <path class="solid" d="M5.5 4.2h3v11.6h-3ZM11.5 4.2h3v11.6h-3Z" />
  </Icon>
);
export const BackTenIcon = () => (
  <Icon>
    <path d="M4.2 7.2A6.5 6.5 0 1 1 3.5 10M4 3.6v3.8h3.8" />
    <path d="M8.2 8.3v4M10.4 9.5a1.2 1.2 0 0 1 2.4 0v1.6a1.2 1.2 0 0 1-2.4 0Z" stroke-width="1.2" />
  </Icon>
);
export const ForwardTenIcon = () => (
  <Icon>
    <path d="M15.8 7.2a6.5 6.5 0 1 0 .7 2.8M16 3.6v3.8h-3.8" />
    <path d="M7.6 8.3v4M9.8 9.5a1.2 1.2 0 0 1 2.4 0v1.6a1.2 1.2 0 0 1-2.4 0Z" stroke-width="1.2" />
  </Icon>
);
export const FrameBackIcon = () => (
  <Icon>
    <path class="solid" d="M13 5v10L6.5 10Z" />
    <path d="M4.8 5v10M15.8 5v10" />
  </Icon>
);
export const FrameForwardIcon = () => (
  <Icon>
    <path class="solid" d="M7 5v10l6.5-5Z" />
    <path d="M4.2 5v10M15.2 5v10" />
  </Icon>
);
export const DownloadIcon = () => (
  <Icon>
    <path d="M10 3.5v8.8M6.4 9 10 12.6 13.6 9M4 16.2h12" />
  </Icon>
);
export const UploadIcon = () => (
  <Icon>
    <path d="M10 12.5V3.7M6.4 7.2 10 3.6l3.6 3.6M4 16.2h12" />
  </Icon>
);
export const DeleteIcon = () => (
  <Icon>
    <path d="M4 5.8h12M8 5.6V3.8h4v1.8M5.6 6l.7 10h7.4l.7-10M8.6 8.8v4.6M11.4 8.8v4.6" />
  </Icon>
);
export const CalendarIcon = () => (
  <Icon>
    <rect x="3.2" y="4.6" width="13.6" height="12" rx="1.6" />
    <path d="M3.4 8.4h13.2M7 2.8v3M13 2.8v3" />
  </Icon>
);
export const ZoomInIcon = () => (
  <Icon>
    <path d="M10 4.5v11M4.5 10h11" />
  </Icon>
);
export const ZoomOutIcon = () => (
  <Icon>
    <path d="M4.5 10h11" />
  </Icon>
);
export const TimelineIcon = () => (
  <Icon>
    <path d="M2.5 10h15M5 7v6M10 7v6M15 7v6" />
  </Icon>
);
export const ChatIcon = () => (
  <Icon>
    <path d="M3.5 4.5h13v9h-7L6 16.4v-2.9H3.5Z" />
  </Icon>
);
