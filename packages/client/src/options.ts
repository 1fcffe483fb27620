import { isMemberKey, isRoomName, type Json } from '@whereabouts/protocol'

/** The name and color to appear under. @see PROTOCOL.md NM3, NM4 */
export interface UserOptions {
  readonly name?: string
  /** `#` and six hexadecimal digits. */
  readonly color?: string
}

/** How to join a room. */
export interface JoinOptions {
  /** Where the server's calls begin, a path included if it has one; else the page's own origin. */
  readonly url?: string | URL
  /** @see PROTOCOL.md NM1 */
  readonly room: string
  /** Ignored by a server that knows its callers. Without it the server picks. */
  readonly user?: UserOptions
  /** Where the member is to begin with; else where it was, or nowhere. */
  readonly location?: Json
  /** The part of the document to be shown, and nothing but it; `look` changes it. PROTOCOL.md ST15 */
  readonly part?: string
  /** Looks without joining: nobody sees this member, and `move` and `setUser` do nothing. */
  readonly watch?: boolean
  /** The member key; else one that is this tab's own. A secret. @see PROTOCOL.md NM2, CL8 */
  readonly member?: string
  /** Makes the requests; else the platform's own. */
  readonly fetch?: typeof globalThis.fetch
  /** Headers for every request, such as a token; asked before each, so that it can be a fresh one. */
  readonly headers?: () => HeadersInit | Promise<HeadersInit>
}

/**
 * The address of the server's calls, without a slash at its end.
 *
 * @throws {TypeError} if the room or the member key is none, or outside of a page without a `url`.
 */
export function resolveBase({ url, room, member }: JoinOptions): string {
  if (!isRoomName(room)) throw new TypeError(`${JSON.stringify(room)} is not a room name`)
  if (member !== undefined && !isMemberKey(member))
    throw new TypeError('the member key is not valid')
  const page = typeof location === 'undefined' ? undefined : location.origin
  const base = url ?? page
  if (base === undefined) throw new TypeError('set `url` outside of a page')
  return new URL(base, page).href.replace(/\/+$/, '')
}
