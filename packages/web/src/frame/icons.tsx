import type { JSX } from 'preact';

/**
 * Drawn with one pen: 20 × 20, a line of 1.5, round ends. A text is a path. Decoration only: the element around an icon
 * says what it means.
 */
function icon(...parts: readonly (string | JSX.Element)[]) {
  return () => (
    <svg
      class="icon"
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {parts.map((part) => (typeof part === 'string' ? <path d={part} /> : part))}
    </svg>
  );
}

export const UndoIcon = icon('M7.2 4.4 3.6 8l3.6 3.6', 'M4 8h7.6a4.4 4.4 0 0 1 0 8.8H8.4');
export const RedoIcon = icon('M12.8 4.4 16.4 8l-3.6 3.6', 'M16 8H8.4a4.4 4.4 0 0 0 0 8.8h3.2');
/** A sheet with its corner turned. */
export const ClearIcon = icon(
  'M5 2.8h7L15.8 6.6v9.2a1.4 1.4 0 0 1-1.4 1.4H5.6a1.4 1.4 0 0 1-1.4-1.4V3.6c0-.4.4-.8.8-.8Z',
  'M11.8 3v3.8h3.8',
  'm8 10 4 4m0-4-4 4',
);
export const PictureIcon = icon(
  <rect x="2.8" y="3.6" width="14.4" height="12.8" rx="1.6" />,
  <circle cx="7.2" cy="8" r="1.3" />,
  'm3.4 14.6 4-3.6 2.6 2.2 3.4-3.6 3.6 3.8',
);
export const CameraIcon = icon(
  'M2.8 7.4A1.6 1.6 0 0 1 4.4 5.8h1.9l1.2-1.9h5l1.2 1.9h1.9a1.6 1.6 0 0 1 1.6 1.6v7.2a1.6 1.6 0 0 1-1.6 1.6H4.4a1.6 1.6 0 0 1-1.6-1.6Z',
  <circle cx="10" cy="10.7" r="3" />,
);
/** A handful of small slips. */
export const SamplesIcon = icon(
  <rect x="3" y="3.4" width="5.6" height="5.6" rx="1" />,
  <rect x="11.4" y="3.4" width="5.6" height="5.6" rx="1" />,
  <rect x="3" y="11.2" width="5.6" height="5.6" rx="1" />,
  'm11.8 14.2 1.8 1.9 3.2-4',
);
export const SearchIcon = icon(<circle cx="8.8" cy="8.8" r="5" />, 'm12.6 12.6 4.2 4.2');
export const PencilIcon = icon('m4 16 .8-3.4 8.6-8.6a1.8 1.8 0 0 1 2.6 2.6l-8.6 8.6Z', 'm11.8 5.6 2.6 2.6');
export const BinIcon = icon(
  'M4 5.8h12M8 5.6V4.2c0-.5.4-.9.9-.9h2.2c.5 0 .9.4.9.9v1.4',
  'm5.4 6 .6 9.3c0 .8.7 1.4 1.4 1.4h5.2c.8 0 1.4-.6 1.4-1.4l.6-9.3M8.6 9v4.6M11.4 9v4.6',
);
export const CloseIcon = icon('m5 5 10 10M15 5 5 15');
export const CheckIcon = icon('m4 10.8 4 4.2 8-9.8');
export const EnterIcon = icon('M16.4 4.6v4.6a2 2 0 0 1-2 2H4.2', 'M7.6 7.6 4 11.2l3.6 3.6');
export const DownloadIcon = icon('M10 3.4v9M6.4 9l3.6 3.6L13.6 9M3.8 16.4h12.4');
export const BackIcon = icon('M12.4 4.4 6.8 10l5.6 5.6');
/** A desk lamp: lit by day's end. */
export const MoonIcon = icon('M16.4 11.8A6.9 6.9 0 0 1 8.2 3.6a6.9 6.9 0 1 0 8.2 8.2Z');
export const SunIcon = icon(
  <circle cx="10" cy="10" r="3.2" />,
  'M10 2.6v1.6M10 15.8v1.6M2.6 10h1.6M15.8 10h1.6M4.8 4.8l1.1 1.1M14.1 14.1l1.1 1.1M15.2 4.8l-1.1 1.1M5.9 14.1l-1.1 1.1',
);
export const WriteIcon = icon(
  'M10 2.6c2.2 2.7 3.6 5.2 3.6 7.4L11.8 15H8.2L6.4 10c0-2.2 1.4-4.7 3.6-7.4Z',
  'M10 3.4v5.2M8 17.2h4',
  <circle cx="10" cy="9.8" r="1.1" />,
);
export const ReadingsIcon = icon('M3.4 5h.2M3.4 10h.2M3.4 15h.2M7 5h9.6M7 10h9.6M7 15h6.4');
/** Two heads, and the wire between them. */
export const PeopleIcon = icon(
  <circle cx="6" cy="6.4" r="2.6" />,
  <circle cx="14" cy="6.4" r="2.6" />,
  'M2.4 16.4c0-2.6 1.4-4.4 3.6-4.4 3.4 0 4.6 3.2 8 3.2 1.9 0 3.2-1 3.6-2.8',
);
/** A pool of water: the connections that several clients share. */
export const PoolIcon = icon(
  'M2.8 16.4V9.6c2.4-2.6 4.4-2.6 7 0s4.8 2.6 7.4 0v6.8Z',
  'M2.8 12.8c2.4-1.6 4.8-1.6 7.2.2s4.8 1.8 7.2.2M2.8 4.6h14.4',
);
export const ModelIcon = icon(
  <circle cx="10" cy="10" r="6.8" />,
  <circle cx="10" cy="10" r="2.6" />,
  'M10 3.2v2M10 14.8v2M3.2 10h2M14.8 10h2',
);
/** The mark: a nib, and the wire that its line becomes. */
export const Mark = () => (
  <svg
    class="mark"
    viewBox="0 0 40 32"
    width="40"
    height="32"
    fill="none"
    aria-hidden="true"
    focusable="false"
  >
    <path
      d="M13.4 3.2 24 9.4c.7 4.6-.6 8.7-4 12.2L6.2 27.4c-.9.4-1.8-.5-1.4-1.4l4-14.4c1.1-3.4 2.6-6.2 4.6-8.4Z"
      fill="currentColor"
    />
    <path d="m6 26.4 8.2-10.2" stroke="var(--desk)" stroke-width="1.5" stroke-linecap="round" />
    <circle cx="15.4" cy="14.6" r="2.1" fill="var(--desk)" />
    <path
      d="M5.4 27.2c6.6 3.6 11.4 2.6 15.6-.4 4-2.8 6.2-5.2 9.4-4.4 2.4.6 3.4 2.6 5.2 2.6"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
    />
    <circle cx="36.6" cy="25" r="2" fill="currentColor" />
  </svg>
);

/** A slip with a line of writing, and its tail. */
export const MessageIcon = icon(
  'M4.4 4h11.2a1.6 1.6 0 0 1 1.6 1.6v6.8a1.6 1.6 0 0 1-1.6 1.6H9.6l-3.4 2.8V14H4.4a1.6 1.6 0 0 1-1.6-1.6V5.6A1.6 1.6 0 0 1 4.4 4Z',
  'M6.4 9.2c.8-1 1.6-1 2.4 0s1.6 1 2.4 0 1.6-1 2.4 0',
);
