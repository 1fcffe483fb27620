import { type Json, Problem } from '@whereabouts/protocol'
import type { Parameter } from '../access/caller.js'
import type { Bodies } from './body.js'
import type { Call } from './call.js'
import { fieldsOf, isFields } from './parameters.js'

/** Enough for the most subscriptions and members, at their usual lengths. */
const LIMIT_BYTES = 65_536
/** @see PROTOCOL.md MS1 */
export const MOST_SUBSCRIPTIONS = 64
const MOST_MEMBERS = 128
const KEY = /^[\w.:~-]{1,64}$/

/** A room that a caller wants on a stream of several. @see PROTOCOL.md MS1, MS4, MS5 */
export interface Wanted {
  /** Names it in the events. */
  readonly key: string
  readonly room: string
  readonly parameter: Parameter
  /** The parameters of each of its members. */
  readonly members: readonly Parameter[]
}

/** The body of a call about several rooms. */
export interface WantedRooms {
  readonly parameter: Parameter
  readonly wanted: readonly Wanted[]
}

/**
 * Reads the body of `POST /streams`.
 *
 * @throws {Problem} bad-parameter, bad-json, too-large, unsupported-media-type
 * @see PROTOCOL.md HT35, MS1, MS12
 */
export async function readWantedRooms(call: Call, bodies: Bodies): Promise<WantedRooms> {
  const { value } = await bodies.readJson(call, LIMIT_BYTES)
  const subscriptions = isFields(value) ? value['subscriptions'] : undefined
  if (!isFields(value) || !Array.isArray(subscriptions)) {
    throw bad('an array of objects, in a JSON object')
  }
  if (subscriptions.length === 0 || subscriptions.length > MOST_SUBSCRIPTIONS) {
    throw bad(`1 to ${MOST_SUBSCRIPTIONS} objects`)
  }
  const wanted = subscriptions.map(readWanted)
  if (new Set(wanted.map(({ key }) => key)).size < wanted.length) {
    throw bad('objects with a "key" each that no other has')
  }
  const members = wanted.reduce((sum, each) => sum + each.members.length, 0)
  if (members > MOST_MEMBERS) throw bad(`objects with at most ${MOST_MEMBERS} members in all`)
  const { subscriptions: _read, ...others } = value
  return { parameter: fieldsOf(others), wanted }
}

function readWanted(subscription: Json): Wanted {
  const { key, room, members = [], ...fields } = isFields(subscription) ? subscription : {}
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw bad('objects with a "key" each, of 1 to 64 characters of A-Z a-z 0-9 . _ : ~ and -')
  }
  if (typeof room !== 'string') throw bad('objects with the name of a "room" each')
  if (!Array.isArray(members)) throw bad('objects whose "members" are arrays')
  const parameter = fieldsOf(fields)
  const named = members.map((member: Json) => readMember(member, parameter))
  if (new Set(named.map((own) => own('member'))).size < named.length) {
    throw bad('objects that name each of their "members" once')
  }
  return { key, room, parameter, members: named }
}

/** A member's own fields count in place of its subscription's. @see PROTOCOL.md MS5 */
function readMember(member: Json, shared: Parameter): Parameter {
  const own = typeof member === 'string' ? { member } : member
  if (!isFields(own) || typeof own['member'] !== 'string') {
    throw bad('objects whose "members" are keys, or objects with a "member" each')
  }
  const parameter = fieldsOf(own)
  return (name) => parameter(name) ?? shared(name)
}

function bad(range: string): Problem {
  return new Problem('bad-parameter', `The parameter "subscriptions" must be ${range}.`, {
    parameter: 'subscriptions',
  })
}
