/** Line icons of 16 × 16; decoration beside a label. */
const PATHS = {
  pause: 'M6 4v8M10 4v8',
  play: 'M5.5 3.8v8.4L12 8z',
  plus: 'M8 3.5v9M3.5 8h9',
  close: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  kill: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.2 6.2h3.6v3.6H6.2z',
  retry: 'M12.9 6.2A5.3 5.3 0 1 0 13.3 9M13.2 3v3.4H9.8',
  skip: 'M4 4l5.5 4L4 12zM12 4v8',
  check: 'M3 8.4l3.3 3.3L13 4.8',
  fit: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  minus: 'M3.5 8h9',
  terminal: 'M3 4.5l3.5 3.5L3 11.5M8 12h5',
  thought: 'M8 2.2a4 4 0 0 0-2.2 7.3V11h4.4V9.5A4 4 0 0 0 8 2.2zM6.3 13.5h3.4',
} as const
export type IconName = keyof typeof PATHS

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 14.5V9.6L3.6 5.2V3M8 9.6l4.4-4.4V5" />
      <circle cx="12.4" cy="3.1" r="2.3" />
    </svg>
  )
}
