import { isMemberKey, isRoomName, type Json } from '@whereabouts/protocol'
import type { Sharing } from './sharing.js'

/** The name and the color that others see. @see PROTOCOL.md NM3, NM4 */
export interface UserOptions {
  readonly name?: string
  /** `#` and six hexadecimal digits. */
  readonly color?: string
}

/** How to join a room. */
export interface JoinOptions<Location extends Json = Json> {
  /** The address of the server, with the path before `/rooms` if there is one. @default the page's origin */
  readonly url?: string | URL
  /** @see PROTOCOL.md NM1 */
  readonly room: string
  /** The user to join as; without it the server picks one. A server that authenticates ignores it. */
  readonly user?: UserOptions
  /** The location to begin with. @default the one that the server knows, or `null` */
  readonly location?: Location | null
  /** The only part of the document to show; `look` changes it. @see PROTOCOL.md ST15 */
  readonly part?: string
  /** Watches without joining: others see a count, and `move` and `setUser` do nothing. @default false */
  readonly watch?: boolean
  /** The member key, a secret. @default one that belongs to this tab @see PROTOCOL.md NM2, CL8 */
  readonly member?: string
  /** Makes the requests. @default the global `fetch` */
  readonly fetch?: typeof globalThis.fetch
  /**
   * Returns headers such as a token; called before every request, so that the token can be fresh. After
   * an answer 401 it is called again, and the request repeated once.
   */
  readonly headers?: () => HeadersInit | Promise<HeadersInit>
  /**
   * Whether requests carry cookies, as in `fetch`: `include` for a server of another origin.
   *
   * @default `same-origin`, as that of `fetch`
   * @see PROTOCOL.md CL102
   */
  readonly credentials?: RequestCredentials
  /**
   * Shares one connection with other rooms, such as with `acrossTabs()` of `@whereabouts/client/tabs`.
   *
   * @default each room has a connection of its own
   */
  readonly sharing?: Sharing
}

/**
 * Returns the address of the server, without a slash at its end.
 *
 * @throws {TypeError} if the room name or the member key is not valid, or there is neither a `url` nor
 *   a page
 */
export function resolveBase({ url, room, member }: JoinOptions): string {
  if (!isRoomName(room)) throw new TypeError(`The room name is not valid: ${JSON.stringify(room)}`)
  if (member !== undefined && !isMemberKey(member))
    throw new TypeError('The member key is not valid')
  const page = globalThis.location?.origin
  const base = url ?? page
  if (base === undefined) throw new TypeError('set `url` outside of a page')
  return new URL(base, page).href.replace(/\/+$/, '')
}
