import { isColor, type Json, parseUserName } from '@whereabouts/protocol'
import type { Log } from '../log.js'
import type { AuthenticatedUser } from '../options.js'
import type { UserClaim } from '../room/user.js'
import type { EndedLogins } from './ended-logins.js'
import { RareWarning } from './rare-warning.js'

/** A user whom the application vouches for. */
export interface KnownUser {
  /** What others see of the user. */
  readonly claim: UserClaim & { readonly id: string }
  /** In ms since 1970; `undefined` if it doesn't expire. @see PROTOCOL.md AC1 */
  readonly expiresAtMs: number | undefined
  /** The login that the user came by. @see PROTOCOL.md AC31 */
  readonly session: string | undefined
  /** Returns whether that login has ended. @see PROTOCOL.md AC42 */
  readonly hasEnded: () => boolean
  /** The object that the application returned. */
  readonly asReturned: AuthenticatedUser
}

/** Ids are stored, sent to others and used as names of counters. */
const MAX_ID_BYTES = 255
/**
 * Control characters and line separators, which PostgreSQL and lines of a log can't have, halves of
 * characters, and what makes two ids look the same: white space at an end, and characters that nobody sees.
 */
const NOT_IN_IDS = /^\s|\s$|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const MAX_AVATAR_CHARACTERS = 2_048
const MAX_META_BYTES = 1_024

type Fields = { readonly [field: string]: unknown }

/** Returns whether a value can be the id of a user. @see PROTOCOL.md ID8, ID16 */
export function isUserId(id: unknown): id is string {
  return (
    typeof id === 'string' &&
    id !== '' &&
    Buffer.byteLength(id) <= MAX_ID_BYTES &&
    !NOT_IN_IDS.test(id)
  )
}

/** Reads the users that an application returns. Checks everything, because it may return anything. */
export class KnownUsers {
  readonly #name: Shown<string>
  readonly #color: Shown<string>
  readonly #avatar: Shown<string>
  readonly #meta: Shown<Json>

  constructor(
    log: Log,
    private readonly ended: EndedLogins,
  ) {
    const shown = <T>(read: (said: unknown) => T | undefined, what: string) =>
      new Shown(read, new RareWarning(log, `a user has an invalid ${what}`))
    this.#name = shown(
      parseUserName,
      'name, which is left out; a name has 1 to 64 characters, without control characters or characters that change the text direction',
    )
    this.#color = shown(
      (said) => (isColor(said) ? said : undefined),
      'color, which is left out; a color is written like "#e11d48"',
    )
    this.#avatar = shown(
      parseAvatar,
      `avatar, which is left out; an avatar is an https address of at most ${MAX_AVATAR_CHARACTERS} characters`,
    )
    this.#meta = shown(
      parseMeta,
      `meta, which is left out; meta is a JSON value of at most ${MAX_META_BYTES} bytes`,
    )
  }

  /**
   * Returns the user, or `undefined` if the value is no user or has expired.
   *
   * @throws whatever a getter of it throws
   * @see PROTOCOL.md ID8, ID10, ID16, AC1, AC4, AC5
   */
  read(returned: unknown): KnownUser | undefined {
    if (typeof returned !== 'object' || returned === null) return undefined
    const { id, expiresAtMs, session: named, ...shown } = fieldsOf(returned)
    if (!isUserId(id)) return undefined
    if (expiresAtMs !== undefined && !isToCome(expiresAtMs)) return undefined
    const name = this.#name.of(shown['name'])
    const color = this.#color.of(shown['color'])
    const avatar = this.#avatar.of(shown['avatar'])
    const meta = this.#meta.of(shown['meta'])
    const claim = {
      id,
      ...(name !== undefined && { name }),
      ...(color !== undefined && { color }),
      ...(avatar !== undefined && { avatar }),
      ...(meta !== undefined && { meta }),
    }
    const asReturned = returned as AuthenticatedUser
    const session = isUserId(named) ? named : undefined
    const hasEnded = () => this.ended.has(session)
    return { claim, expiresAtMs, session, hasEnded, asReturned }
  }
}

/**
 * A field that others see. An invalid value is left out instead of refused, which would lock the user
 * out. @see PROTOCOL.md ID10
 */
class Shown<T> {
  constructor(
    private readonly read: (said: unknown) => T | undefined,
    private readonly warning: RareWarning,
  ) {}

  of(said: unknown): T | undefined {
    // Databases use `null` for a missing value.
    if (said === undefined || said === null) return undefined
    const value = this.read(said)
    if (value === undefined) this.warning.warn()
    return value
  }
}

/** Reads each field once, because a getter may return something else the next time. */
function fieldsOf(user: object): Fields & { readonly expiresAtMs?: unknown } {
  const { id, name, color, avatar, expiresAtMs, session, meta } = user as Fields
  return { id, name, color, avatar, expiresAtMs, session, meta }
}

function isToCome(atMs: unknown): atMs is number {
  return typeof atMs === 'number' && Number.isFinite(atMs) && atMs > Date.now()
}

/** Returns the address in the form that browsers give it. @see PROTOCOL.md AC4 */
function parseAvatar(said: unknown): string | undefined {
  if (typeof said !== 'string' || !URL.canParse(said)) return undefined
  const { href, protocol, username, password } = new URL(said)
  const isPlain = protocol === 'https:' && username === '' && password === ''
  return isPlain && href.length <= MAX_AVATAR_CHARACTERS ? href : undefined
}

/** @see PROTOCOL.md AC5 */
function parseMeta(said: unknown): Json | undefined {
  try {
    const text = JSON.stringify(said) as string | undefined
    if (text === undefined || Buffer.byteLength(text) > MAX_META_BYTES) return undefined
    return (JSON.parse(text) as Json) ?? undefined
  } catch {
    // The value has a cycle, a big integer, or a method that throws.
    return undefined
  }
}
