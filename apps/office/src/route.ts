import { isRoomName } from '@whereabouts/client'
import { BASE, withoutBase } from './base.js'

/** The kinds of document that a room can show. */
export type Kind = 'sheet' | 'page'

/** The page that an address asks for. */
export type Route =
  | { readonly kind: 'home' }
  | { readonly kind: 'doctor' }
  /** The inspector of a room, at `/inspect/{room}`. */
  | { readonly kind: 'inspect'; readonly room: string }
  | DocumentRoute

/** A document at `/sheets/{room}` or `/pages/{room}` below the root. */
export interface DocumentRoute {
  readonly kind: Kind
  readonly room: string
}

const IN_ROOM = /^\/(sheets|pages|inspect)\/([^/]+)\/?$/
// The random names of `newRoom` and of view links, which aren't worth showing.
const NAMED_BY_CHANCE = /^(?:(?:sheet|page)-[A-Za-z0-9_-]{16}|view~[A-Za-z0-9_-]{32})$/
const RANDOM_BYTES = 12

/** Parses an address; returns `undefined` if it isn't one of this application's. */
export function parseRoute({ pathname }: { pathname: string }, base = BASE): Route | undefined {
  const path = withoutBase(pathname, base) ?? ''
  if (path === '/') return { kind: 'home' }
  if (path === '/doctor') return { kind: 'doctor' }
  const [, first, room] = IN_ROOM.exec(path) ?? []
  if (first === undefined || room === undefined || !isRoomName(room)) return undefined
  if (isOfComments(room)) return undefined
  return { kind: first.replace(/s$/, '') as Kind | 'inspect', room }
}

/** @example addressOf({ kind: 'sheet', room: 'demo' }) // '/sheets/demo' */
export function addressOf(
  { kind, room }: Pick<DocumentRoute, 'kind' | 'room'>,
  base = BASE,
): string {
  return `${base}${kind}s/${room}`
}

/** Returns a name for a new room that can't be guessed: 96 random bits. @see OFFICE.md PG3 */
export function newRoom(kind: Kind): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))
  const text = btoa(String.fromCharCode(...bytes))
  return `${kind}-${text.replaceAll('+', '-').replaceAll('/', '_')}`
}

/** Returns whether a room's name is a view link. @see PROTOCOL.md SR8 */
export function isViewLink(room: string): boolean {
  return room.startsWith('view~')
}

const COMMENTS = 'comments~'

/** Returns the room of a document's comments, or `undefined` at a view link, which has none. @see PROTOCOL.md CM1 */
export function commentsOf(room: string): string | undefined {
  return isViewLink(room) ? undefined : COMMENTS + room
}

/** Returns whether a room has the comments of a document. @see PROTOCOL.md CM1 */
export function isOfComments(room: string): boolean {
  return room.startsWith(COMMENTS)
}

/** Returns whether a room's name says nothing to people. */
export function isNamedByChance(room: string): boolean {
  return NAMED_BY_CHANCE.test(room)
}
