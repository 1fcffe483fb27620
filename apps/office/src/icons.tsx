import type { ReactNode } from 'react'

/** Draws lines in the color of the surrounding text; screen readers ignore it. */
function icon(lines: ReactNode): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
      {lines}
    </svg>
  )
}

const frame = <rect x="3.5" y="3.5" width="13" height="13" rx="1.5" />

/** All icons of buttons, by meaning. */
export const ICONS = {
  sheet: icon(
    <>
      {frame}
      <path d="M3.5 8h13M3.5 12.2h13M8.2 3.5v13" />
    </>,
  ),
  page: icon(<path d="M5 2.5h7l3.5 3.5v11.5h-10.5zM12 2.5v3.5h3.5M7.5 10h5.5M7.5 13.5h5.5" />),
  rename: icon(<path d="M4 16l.8-3.4 8.6-8.6 2.6 2.6-8.6 8.6zM11.5 5.9l2.6 2.6" />),
  link: icon(
    <path d="M8.5 11.5l3-3M9.5 6.5l1.7-1.7a2.8 2.8 0 0 1 4 4l-1.7 1.7M10.5 13.5l-1.7 1.7a2.8 2.8 0 0 1-4-4l1.7-1.7" />,
  ),
  remove: icon(<path d="M5.5 5.5l9 9M14.5 5.5l-9 9" />),
  language: icon(
    <>
      <circle cx="10" cy="10" r="6.5" />
      <path d="M3.5 10h13M10 3.5c4 4 4 9 0 13c-4-4-4-9 0-13" />
    </>,
  ),
  theme: icon(
    <>
      <circle cx="10" cy="10" r="6.5" />
      <path d="M10 3.5v13M10 6h3M10 8.5h6M10 11h6.3M10 13.5h4.5" />
    </>,
  ),
  undo: icon(<path d="M7 4.5l-3.5 3.5 3.5 3.5M3.5 8h8a4 4 0 0 1 0 8h-3" />),
  redo: icon(<path d="M13 4.5l3.5 3.5-3.5 3.5M16.5 8h-8a4 4 0 0 0 0 8h3" />),
  bulletList: icon(
    <>
      <path d="M8 5.5h9M8 10h9M8 14.5h9" />
      <path className="dots" d="M4 5.5h.01M4 10h.01M4 14.5h.01" />
    </>,
  ),
  orderedList: icon(
    <path d="M8.5 5.5h8.5M8.5 10h8.5M8.5 14.5h8.5M3.2 4.3l1.3-.8v4M3 12.5a1.2 1.2 0 0 1 2.3.5c0 .8-2.3 2-2.3 2.8h2.5" />,
  ),
  taskList: icon(<path d="M3 5.5l1.5 1.5 2.5-3M3 13.5l1.5 1.5 2.5-3M10 5.5h7M10 13.5h7" />),
  blockquote: icon(<path d="M4 4v12M8 6h9M8 10h9M8 14h6" />),
  codeBlock: icon(<path d="M7 6l-4 4 4 4M13 6l4 4-4 4" />),
  rule: icon(<path d="M3 10h14" />),
  table: icon(
    <>
      {frame}
      <path d="M3.5 8h13M10 8v8.5" />
    </>,
  ),
  start: icon(<path d="M3 5h14M3 10h9M3 15h12" />),
  center: icon(<path d="M3 5h14M5.5 10h9M4 15h12" />),
  end: icon(<path d="M3 5h14M8 10h9M5 15h12" />),
  justify: icon(<path d="M3 5h14M3 10h14M3 15h14" />),
  image: icon(
    <>
      {frame}
      <path d="M3.5 14l4-4 3.5 3.5 2-2 3.5 3.5M12.5 7.2h.01" />
    </>,
  ),
} as const
