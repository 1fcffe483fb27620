import { isColor } from '@whereabouts/protocol'
import type { RecordedEvent, RecordingHeader } from './format.js'
import { MOST_LEVELS } from './format.js'

type Fields = { readonly [name: string]: unknown }
type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isNumber: Check = (value) => Number.isFinite(value)
const isStatus: Check = (value) => value === 'online' || value === 'away'
const isLock: Check = (value) => has(value, { memberId: isText, number: isNumber })
const isLockOrNull: Check = (value) => value === null || isLock(value)

const isUser: Check = (value) => has(value, { id: isText, name: isText, color: isColor })
const isMember: Check = (value) =>
  has(value, { id: isText, user: isUser, location: isGiven, status: isStatus })

const CHECKS = new Map<string, Check>([
  [
    'snapshot',
    (value) =>
      has(value, {
        members: listOf(isMember),
        watching: isNumber,
        locks: ifGiven(recordOf(isLock)),
      }),
  ],
  [
    'patch',
    (value) =>
      has(value, {
        join: ifGiven(listOf(isMember)),
        move: ifGiven(isRecord),
        status: ifGiven(recordOf(isStatus)),
        leave: ifGiven(listOf(isText)),
        watching: ifGiven(isNumber),
        locks: ifGiven(recordOf(isLockOrNull)),
      }),
  ],
  ['document', isText],
])

/** Returns whether a line is an event that can be played. */
export function isEvent(value: unknown): value is RecordedEvent {
  const isWhole = has(value, {
    atMs: (ms) => isNumber(ms) && (ms as number) >= 0,
    event: isText,
    id: ifGiven(isText),
    data: isGiven,
  })
  if (!isWhole) return false
  const { event, data } = value as RecordedEvent
  return CHECKS.get(event)?.(data) ?? true
}

/** Returns whether a first line is complete; whether it is of this format is another question. */
export function isHeader(value: unknown): value is RecordingHeader {
  return has(value, { room: isText, startedAtMs: isNumber })
}

/** Returns whether a value is an object with at least these fields. */
export function has(value: unknown, checks: { readonly [name: string]: Check }): boolean {
  if (!isRecord(value)) return false
  const fields = value as Fields
  return Object.entries(checks).every(([name, check]) =>
    check(Object.hasOwn(fields, name) ? fields[name] : undefined),
  )
}

/** Returns whether a JSON text is nested within bounds, without reading it. */
export function isShallow(text: string): boolean {
  let levels = 0
  let isInText = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (isInText && character === '\\') at++
    else if (character === '"') isInText = !isInText
    else if (isInText) continue
    else if (character === '[' || character === '{') levels++
    else if (character === ']' || character === '}') levels--
    if (levels > MOST_LEVELS) return false
  }
  return true
}

function isGiven(value: unknown): boolean {
  return value !== undefined
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function ifGiven(check: Check): Check {
  return (value) => value === undefined || check(value)
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every((each) => check(each))
}

function recordOf(check: Check): Check {
  return (value) => isRecord(value) && Object.values(value as Fields).every((each) => check(each))
}
