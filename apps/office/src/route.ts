import { isRoomName } from '@whereabouts/client'

/** What a room's document is shown as. */
export type Kind = 'sheet' | 'page'

/** What the address of the page asks for. */
export type Route = { readonly kind: 'home' } | DocumentRoute

/** A document at `/sheets/{room}` or `/pages/{room}`. */
export interface DocumentRoute {
  readonly kind: Kind
  readonly room: string
  /** Look on without joining: `?watch=1`. */
  readonly watch: boolean
}

const DOCUMENT = /^\/(sheet|page)s\/([^/]+)\/?$/
// What `newRoom` makes: nothing that anybody would want to read.
const NAMED_BY_CHANCE = /^(?:sheet|page)-[A-Za-z0-9_-]{16}$/
const RANDOM_BYTES = 12

/** Reads the address; `undefined` if the page isn't one of this application. */
export function parseRoute({
  pathname,
  search,
}: {
  pathname: string
  search: string
}): Route | undefined {
  if (pathname === '/') return { kind: 'home' }
  const [, kind, room] = DOCUMENT.exec(pathname) ?? []
  if (kind === undefined || room === undefined || !isRoomName(room)) return undefined
  const watch = new URLSearchParams(search).get('watch') === '1'
  return { kind: kind as Kind, room, watch }
}

/** @example addressOf({ kind: 'sheet', room: 'demo' }) // '/sheets/demo' */
export function addressOf({ kind, room }: Pick<DocumentRoute, 'kind' | 'room'>): string {
  return `/${kind}s/${room}`
}

/** A room that nobody is in, and that nobody guesses: 96 random bits. @see OFFICE.md PG3 */
export function newRoom(kind: Kind): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))
  const text = btoa(String.fromCharCode(...bytes))
  return `${kind}-${text.replaceAll('+', '-').replaceAll('/', '_')}`
}

/** What a document is called that has no title: what somebody chose for its address, if anybody did. */
export function nameUntitled({ kind, room }: Pick<DocumentRoute, 'kind' | 'room'>): string {
  return NAMED_BY_CHANCE.test(room) ? `Untitled ${kind}` : room
}
