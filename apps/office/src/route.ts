/** What the address of the page asks for. */
export interface Route {
  readonly room: string
  /** Look on without joining: `?watch=1`. */
  readonly watch: boolean
}

const SHEET = /^\/sheets\/([^/]+)\/?$/
// PROTOCOL.md NM1, but for `.` and `..`, which no address can carry as a segment.
const ROOM = /^(?!\.{1,2}$)[A-Za-z0-9._:~-]{1,128}$/

/** Reads `/sheets/{room}`; `undefined` if the page isn't one of this application. */
export function parseRoute({ pathname, search }: { pathname: string; search: string }):
  | Route
  | undefined {
  const room = SHEET.exec(pathname)?.[1]
  if (room === undefined || !ROOM.test(room)) return undefined
  return { room, watch: new URLSearchParams(search).get('watch') === '1' }
}
