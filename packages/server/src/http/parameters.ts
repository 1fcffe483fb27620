import type { IncomingMessage } from 'node:http'
import { isLockKey, isMemberKey, type Json, Problem, type View } from '@whereabouts/protocol'
import type { Parameter } from '../access/caller.js'
import type { NamedLock } from '../room/locks.js'
import type { Presence } from '../room/operation.js'
import { isPart } from '../room/parts.js'
import type { Look } from '../stream/look.js'
import type { Bodies } from './body.js'
import { acceptsCoding } from './coding.js'
import { badParameter, type Call, flag, oneOf, wholeNumber } from './call.js'

/** Enough for every parameter at its longest, written in escapes. */
const LIMIT_BYTES = 8_192
/** Timers of hidden pages run once a minute. */
export const MOST_WITHIN_MS = 90_000
const GZIP = /^(?:x-)?gzip$/
const INCARNATION = /^(?:\.\d{1,10}|[\w-]{1,32})$/
const NAMED_LOCK = /^(.+);(\d{1,16})$/
const BASE64URL = /^[A-Za-z0-9_-]+$/

/**
 * Reads the parameters of a call: the query's, and the fields of a body if there is one.
 *
 * @throws {Problem} bad-parameter, bad-json, too-large
 */
export async function readParameters(call: Call, bodies: Bodies): Promise<Parameter> {
  const { request, query } = call
  if (request.method !== 'POST' || !bodies.has(call)) return query
  const { value } = await bodies.readJson(call, LIMIT_BYTES)
  if (!isFields(value)) {
    throw new Problem(
      'bad-parameter',
      'The body is not a JSON object. Send the parameters as its fields.',
    )
  }
  const field = fieldsOf(value)
  for (const name of Object.keys(value)) checkAgreement(name, field, query(name))
  return (name) => field(name) ?? query(name)
}

/** A JSON object. */
export type Fields = { readonly [name: string]: Json }

/** Returns whether a JSON value is an object. */
export function isFields(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Returns the fields of an object as parameters. What nobody asks for may have any value.
 *
 * @see PROTOCOL.md HT51
 */
export function fieldsOf(value: Fields): Parameter {
  return (name) => {
    const field = Object.hasOwn(value, name) ? value[name] : undefined
    return field === undefined ? undefined : parameterText(name, field)
  }
}

/** The part of the document that a caller says it is in. @throws {Problem} bad-parameter. NM8 */
export function partNamed(parameter: Parameter): string | undefined {
  const at = parameter('at')
  if (at === undefined || isPart(at)) return at
  throw badParameter('at', '1 to 64 characters of A-Z a-z 0-9 . _ : ~ and -')
}

/** The part of the document that is all that a caller wants to see. @see PROTOCOL.md ST15 */
export function wantedPart(parameter: Parameter): string | undefined {
  const at = partNamed(parameter)
  if (!flag(parameter, 'only')) return undefined
  if (at !== undefined) return at
  throw badParameter('at', 'given together with "only"')
}

/** What a stream shows of its room. @throws {Problem} bad-parameter */
export function lookOf(parameter: Parameter, view: View): Look {
  const part = wantedPart(parameter)
  if (part !== undefined && view === 'list') throw badParameter('only', 'left out in the list view')
  return { view, documents: wantsDocuments(parameter), part }
}

/** @see PROTOCOL.md DO5 */
export function wantsDocuments(parameter: Parameter): boolean {
  return oneOf(parameter, 'document', ['1', '0']) === '1'
}

/**
 * What a caller says of its being there, as far as that counts here.
 *
 * @throws {Problem} bad-parameter
 * @see PROTOCOL.md CO1, CO9, CO11
 */
export function presenceOf(parameter: Parameter, confirmMs: number): Presence {
  const nextWithinMs = wholeNumber(parameter, 'nextWithinMs', MOST_WITHIN_MS, 1)
  const polls = flag(parameter, 'polls')
  return confirmMs === 0 ? { polls } : { nextWithinMs, polls }
}

/** The key that a call locks or releases. @throws {Problem} bad-parameter. LK2 */
export function lockKey(parameter: Parameter): string {
  const key = parameter('key')
  if (isLockKey(key)) return key
  throw badParameter('key', '1 to 128 characters of A-Z a-z 0-9 . _ : ~ and -')
}

/** The number of the lock that a call releases. @throws {Problem} bad-parameter. LK7 */
export function lockNumber(parameter: Parameter): number {
  const number = wholeNumber(parameter, 'number', Number.MAX_SAFE_INTEGER)
  if (number !== undefined) return number
  throw badParameter('number', 'that of the lock')
}

/** The lock that a call names, if it names one. @throws {Problem} bad-parameter. LK11 */
export function namedLock({ request, query }: Call): NamedLock | undefined {
  const text = query('lock') ?? header(request, 'whereabouts-lock')
  if (text === undefined) return undefined
  const [, key, digits] = NAMED_LOCK.exec(text) ?? []
  const number = Number(digits)
  if (isLockKey(key) && Number.isSafeInteger(number)) return { key, number }
  throw badParameter('lock', 'a key and the number of its lock, such as "cell-7;1764448876123456"')
}

/** @throws {Problem} bad-parameter */
export function stateVector(parameter: Parameter): Uint8Array | undefined {
  const text = parameter('sv')
  if (text === undefined) return undefined
  if (BASE64URL.test(text)) return Buffer.from(text, 'base64url')
  throw badParameter('sv', 'a base64url state vector of Yjs 13')
}

/** Returns whether the caller says that the document was its user's, when it was there. @throws {Problem} bad-parameter @see PROTOCOL.md SR25 */
export function isOwned(parameter: Parameter): boolean {
  return flag(parameter, 'owned')
}

/** @throws {Problem} bad-parameter @see PROTOCOL.md DO48 */
export function incarnation(parameter: Parameter): string | undefined {
  const text = parameter('incarnation')
  if (text === undefined || INCARNATION.test(text)) return text
  throw badParameter('incarnation', 'what the answer to a sync says')
}

/**
 * Checks that a call comes from the user whom it names, if it names one: the login of a window can have
 * become another one since it was opened.
 *
 * @throws {Problem} other-user
 * @see PROTOCOL.md DO58
 */
export function assertSameUser(request: IncomingMessage, userId: string | undefined): void {
  const named = header(request, 'whereabouts-user')
  if (named === undefined || (userId !== undefined && named === encodeURIComponent(userId))) return
  throw new Problem(
    'other-user',
    'Somebody else is signed in now than the user of this document’s copy. Sign in as that user again.',
  )
}

/** @throws {Problem} bad-parameter */
export function idempotencyKey(request: IncomingMessage): string | undefined {
  const key = header(request, 'idempotency-key')
  if (key === undefined || isMemberKey(key)) return key
  throw badParameter('Idempotency-Key', '1 to 128 characters of A-Z a-z 0-9 _ and -')
}

/** @see PROTOCOL.md ST14; RFC 9110 12.5.3 */
export function acceptsGzip(accepted: string | undefined): boolean {
  return acceptsCoding(accepted, GZIP)
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/**
 * Guards see the query alone, so that a body can't overrule it.
 *
 * @throws {Problem} bad-parameter
 * @see PROTOCOL.md HT12
 */
function checkAgreement(name: string, field: Parameter, inQuery: string | undefined): void {
  if (inQuery === undefined || inQuery === field(name)) return
  throw badParameter(name, 'the same in the query and in the body if it is in both')
}

/** @throws {Problem} bad-parameter for an object or an array, which would also be too deep to be a text */
function parameterText(name: string, field: Json): string {
  if (typeof field === 'boolean') return field ? '1' : '0'
  if (typeof field !== 'object' || field === null) return String(field)
  throw badParameter(name, 'a text, a number or true or false')
}
