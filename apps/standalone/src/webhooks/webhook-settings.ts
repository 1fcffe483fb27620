import type { Happening } from '@whereabouts/server'
import { isPrivateWay } from '../loopback.js'
import { ROOM_PATTERN } from '../room-pattern.js'

/** What happens in rooms, as far as webhooks tell it. */
export type Kind = Exclude<Happening['type'], 'missed'>

/** Where what happens is posted, and what of it. */
export interface WebhookSettings {
  readonly url: URL
  /** The keys that each message is signed with. */
  readonly keys: readonly Uint8Array[]
  readonly kinds: ReadonlySet<Kind>
  /** Names of rooms, or beginnings of names with `*` after them. */
  readonly rooms: readonly string[]
}

type Given = ReadonlyMap<string, string | undefined>

const PREFIX = 'WHEREABOUTS_WEBHOOK_'
const URL_NAME = `${PREFIX}URL`
const SECRET = `${PREFIX}SECRET`
const KINDS = `${PREFIX}KINDS`
const ROOMS = `${PREFIX}ROOMS`
const INSECURE = `${PREFIX}INSECURE`

/** All settings of webhooks. */
export const WEBHOOK_VARIABLES: ReadonlySet<string> = new Set([
  URL_NAME,
  SECRET,
  KINDS,
  ROOMS,
  INSECURE,
])

const ALL_KINDS: readonly Kind[] = [
  'created',
  'emptied',
  'join',
  'leave',
  'status',
  'document',
  'move',
]
/** Everybody who moves would make a message a second. */
const USUAL_KINDS = ALL_KINDS.filter((kind) => kind !== 'move')

const SECRET_PREFIX = 'whsec_'
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
/** @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const LEAST_KEY_BYTES = 24
const MOST_KEY_BYTES = 64

/**
 * Reads the settings of webhooks.
 *
 * @returns no settings if there are no webhooks, or there are faults
 * @see PROTOCOL.md WH1, WH2, WH3
 */
export function readWebhooks(given: Given): {
  readonly webhooks?: WebhookSettings
  readonly faults: readonly string[]
} {
  const faults: string[] = []
  const fault = (name: string, message: string) => void faults.push(`${name}: ${message}`)
  if (given.get(URL_NAME) === undefined) {
    for (const name of WEBHOOK_VARIABLES) {
      if (given.get(name) !== undefined) fault(name, `has no effect without ${URL_NAME}`)
    }
    return { faults }
  }
  const url = readUrl(given, fault)
  const keys = readKeys(given, fault)
  const kinds = readKinds(given, fault)
  const rooms = readRooms(given, fault)
  if (url === undefined || faults.length > 0) return { faults }
  return { webhooks: { url, keys, kinds, rooms }, faults }
}

type Fault = (name: string, message: string) => void

function readUrl(given: Given, fault: Fault): URL | undefined {
  const insecure = given.get(INSECURE) ?? 'off'
  if (insecure !== 'on' && insecure !== 'off') fault(INSECURE, 'must be "on" or "off"')
  const text = given.get(URL_NAME)!
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && url.username === '' && url.password === '') {
    const isAllowed = isPrivateWay(url) || (url.protocol === 'http:' && insecure === 'on')
    if (isAllowed) return url
  }
  fault(
    URL_NAME,
    `must be an https:// address without user and password; http:// works on a loopback address, or with ${INSECURE}=on`,
  )
  return undefined
}

function readKeys(given: Given, fault: Fault): readonly Uint8Array[] {
  const keys = listOf(given.get(SECRET)).map(keyOf)
  if (keys.length > 0 && keys.every((key) => key !== undefined)) return keys
  fault(
    SECRET,
    `must be "${SECRET_PREFIX}" and ${LEAST_KEY_BYTES} to ${MOST_KEY_BYTES} random bytes in base64, such as "${SECRET_PREFIX}$(openssl rand -base64 32)"; several with commas between while you change it`,
  )
  return []
}

function keyOf(secret: string): Uint8Array | undefined {
  const text = secret.slice(SECRET_PREFIX.length)
  if (!secret.startsWith(SECRET_PREFIX) || !BASE64.test(text)) return undefined
  const key = Buffer.from(text, 'base64')
  return key.length >= LEAST_KEY_BYTES && key.length <= MOST_KEY_BYTES ? key : undefined
}

function readKinds(given: Given, fault: Fault): ReadonlySet<Kind> {
  const text = given.get(KINDS)
  const kinds = text === undefined ? USUAL_KINDS : listOf(text)
  if (kinds.length > 0 && kinds.every(isKind)) return new Set(kinds)
  fault(KINDS, `must be some of ${ALL_KINDS.join(', ')}`)
  return new Set()
}

function isKind(text: string): text is Kind {
  return ALL_KINDS.some((kind) => kind === text)
}

function readRooms(given: Given, fault: Fault): readonly string[] {
  const rooms = listOf(given.get(ROOMS) ?? '*')
  if (rooms.length > 0 && rooms.every((room) => ROOM_PATTERN.test(room))) return rooms
  fault(ROOMS, 'must be names of rooms, or beginnings of names with * after them, like "budget-*"')
  return []
}

function listOf(text = ''): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '')
}
