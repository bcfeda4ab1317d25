import type { ReactNode } from 'react'

const DRAWN = {
  hash: 'M9 4 7 20M17 4l-2 16M4.5 9h16M3.5 15h16',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  home: 'M4 11.5 12 4l8 7.5M6.5 9.5V20h11V9.5M10 20v-5h4v5',
  chat: 'M5 5h14a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 19 16h-7l-4.5 4v-4H5a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 5 5Z',
  smile: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM8.5 14c.8 1.4 2 2.1 3.5 2.1s2.7-.7 3.5-2.1M9 9.5v.6M15 9.5v.6',
  reply: 'M10 6 4.5 11.5 10 17M5 11.5h8.5a6 6 0 0 1 6 6V19',
  more: 'M12 5.5v.1M12 12v.1M12 18.5v.1',
  pencil: 'M5 19l.8-3.8L16 5l3 3L8.8 18.2ZM14 7l3 3',
  trash: 'M5 7h14M9.5 7V4.5h5V7M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'M6.5 9.5 12 15l5.5-5.5',
  plus: 'M12 5v14M5 12h14',
  send: 'M4.5 19.5 20.5 12 4.5 4.5 7 12ZM7 12h6.5',
  clip: 'M19 11.5 12 18.5a4.3 4.3 0 0 1-6-6l7.5-7.5a3 3 0 0 1 4.2 4.2L10.5 16.5a1.5 1.5 0 0 1-2.1-2.1l6.3-6.4',
  bolt: 'M13 3 5.5 13.5H12L11 21l7.5-10.5H12Z',
  bullets: 'M9.5 6.5H20M9.5 12H20M9.5 17.5H20M5 6.5v.1M5 12v.1M5 17.5v.1',
  numbers: 'M10 6.5h10M10 12h10M10 17.5h10M4.5 5.5 6 5v4.5M4.5 15h2l-2 3.5h2.2',
  quote: 'M5.5 5v14M10 7.5h9M10 12h9M10 16.5h6',
  code: 'M8.5 7.5 4 12l4.5 4.5M15.5 7.5 20 12l-4.5 4.5',
  codeblock: 'M4.5 5h15v14h-15zM10 9.5 7.5 12l2.5 2.5M14 9.5l2.5 2.5-2.5 2.5',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
  file: 'M7 3.5h7l4 4V20.5H7ZM14 3.5v4h4',
  download: 'M12 4v11M7.5 11 12 15.5 16.5 11M5 19.5h14',
  mail: 'M4 6h16v12H4zM4 7l8 6.5L20 7',
  back: 'M14.5 6 8.5 12l6 6',
  check: 'M5 12.5 10 17.5 19 7',
  search: 'M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM15 15l5 5',
  warn: 'M12 4 21 19.5H3ZM12 10v4.5M12 17v.1',
  calendar: 'M4.5 6.5h15v13h-15zM4.5 10.5h15M8.5 4v4M15.5 4v4',
  bold: 'M8 5h5.5a3.3 3.3 0 0 1 0 6.6H8ZM8 11.6h6.3a3.6 3.6 0 0 1 0 7.2H8Z',
  italic: 'M10.5 5H17M7 19h6.5M14 5l-4 14',
  strike:
    'M4.5 12h15M16.5 8c-.5-2-2.2-3-4.5-3-2.6 0-4.5 1.3-4.5 3.5 0 1.4.8 2.5 2.5 3.2M7.5 16c.6 2 2.3 3 4.7 3 2.7 0 4.6-1.4 4.6-3.7 0-1-.3-1.8-1-2.5',
  at: 'M15.5 12a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0Zm0 0c0 3.5 5 3.5 5-.3A8.5 8.5 0 1 0 17 18.8',
  bounce: 'M20 12a8 8 0 1 1-2.5-5.8M20 3.5v4h-4',
  moon: 'M19.5 14A8 8 0 0 1 10 4.5a8 8 0 1 0 9.5 9.5Z',
  out: 'M13.5 4.5H19.5V10.5M19 5l-8.5 8.5M10 6H5v13h13v-5',
  eye: 'M3 12c2.5-4.3 5.5-6.5 9-6.5s6.5 2.2 9 6.5c-2.5 4.3-5.5 6.5-9 6.5S5.5 16.3 3 12ZM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z',
} as const

export type IconName = keyof typeof DRAWN

/** A line drawing in the colour of the text around it; never the only name of a control. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }): ReactNode {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={DRAWN[name]} />
    </svg>
  )
}
