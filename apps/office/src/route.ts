import { isRoomName } from '@whereabouts/client'

/** What the address of the page asks for. */
export interface Route {
  readonly room: string
  /** Look on without joining: `?watch=1`. */
  readonly watch: boolean
}

const SHEET = /^\/sheets\/([^/]+)\/?$/

/** Reads `/sheets/{room}`; `undefined` if the page isn't one of this application. */
export function parseRoute({
  pathname,
  search,
}: {
  pathname: string
  search: string
}): Route | undefined {
  const room = SHEET.exec(pathname)?.[1]
  if (room === undefined || !isRoomName(room)) return undefined
  return { room, watch: new URLSearchParams(search).get('watch') === '1' }
}
