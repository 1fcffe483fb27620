import { randomBytes } from 'node:crypto'
import {
  type Access,
  type Action,
  isViewLink,
  LINK_ROLES,
  type LinkGives,
  parseUserName,
  Problem,
  ROLES,
  type SharedUser,
  VIEW_PREFIX,
} from '@whereabouts/protocol'
import { z } from 'zod'
import type { RoomRecord } from '../document/store.js'
import { isUserId } from './known-user.js'

/** The access rights of a document. */
export interface AccessRecord {
  readonly owner?: string | undefined
  readonly users: ReadonlyMap<string, SharedUser>
  /** What the link allows; `undefined` until the owner sets it. */
  readonly link?: LinkGives | undefined
  /** The room name of the view link. */
  readonly viewLink?: string | undefined
  /** The user whom the document is offered to, who is one of `users`. @see PROTOCOL.md SR19 */
  readonly offeredTo?: string | undefined
  /** When the document was put into the trash, in ms since 1970. @see PROTOCOL.md HM8 */
  readonly trashedAtMs?: number | undefined
}

export const NO_RECORD: AccessRecord = { users: new Map() }

const MOST_USERS = 500
/** 192 random bits. */
const TOKEN_BYTES = 24

const USER_ID = z.string().refine(isUserId)
const NAME = z.string().refine((name) => parseUserName(name) === name)
const ASSIGNED_ROLES = ['viewer', 'commenter', 'editor'] as const
const USER = z.object({ role: z.enum(ASSIGNED_ROLES), name: NAME.optional() })
const LINK = z.enum(Object.keys(LINK_ROLES) as LinkGives[])

/** A user's id may be `__proto__`, which schemas of objects leave out. */
const entriesOf = <T extends z.ZodType>(value: T) =>
  z.preprocess(
    (said) => (isPlainObject(said) ? Object.entries(said) : undefined),
    z.array(z.tuple([USER_ID, value])).max(MOST_USERS),
  )

const CHANGE = z.object({
  revision: z.int().min(0),
  users: entriesOf(USER.nullable()).optional(),
  link: LINK.optional(),
  viewLink: z.boolean().optional(),
  offeredTo: USER_ID.nullable().optional(),
})

/** A requested change, already checked. */
export type CheckedChange = z.infer<typeof CHANGE>

const RECORD = z.object({
  owner: USER_ID.optional(),
  users: entriesOf(USER),
  link: LINK.optional(),
  viewLink: z.string().optional(),
  offeredTo: USER_ID.optional(),
  trashedAtMs: z.int().optional(),
})

const OFFER_ANSWER = z.object({ accept: z.boolean() })

/** @throws {Problem} bad-parameter. SR13 */
export function readChange(body: unknown): CheckedChange {
  const { data, error } = CHANGE.safeParse(body)
  if (data !== undefined) return data
  const parameter = String(error.issues[0]?.path[0] ?? 'body')
  throw bad(parameter, ALLOWED.get(parameter) ?? 'The body must be a JSON object.')
}

/**
 * Reads whether a caller accepts what is offered to it.
 *
 * @throws {Problem} bad-parameter
 * @see PROTOCOL.md SR20
 */
export function readOfferAnswer(body: unknown): boolean {
  const { data } = OFFER_ANSWER.safeParse(body)
  if (data === undefined) throw bad('accept', '"accept" must be true or false.')
  return data.accept
}

const ID_RULE = 'of 1 to 255 characters'

/** What is allowed, by the field of a change. */
const ALLOWED: ReadonlyMap<string, string> = new Map([
  ['revision', '"revision" must be the number that the change was made from.'],
  [
    'users',
    `"users" must have, by ids ${ID_RULE}, {"role":…} with ${either(ASSIGNED_ROLES)} and perhaps a "name", or null to remove one; at most ${MOST_USERS} of them.`,
  ],
  ['link', `"link" must be ${either(LINK.options)}.`],
  ['viewLink', '"viewLink" must be true or false.'],
  ['offeredTo', `"offeredTo" must be an id ${ID_RULE}, or null to take the offer back.`],
])

function either(values: readonly string[]): string {
  const quoted = values.map((value) => `"${value}"`)
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}

/**
 * Returns a record after a change.
 *
 * @throws {Problem} bad-parameter
 * @see PROTOCOL.md SR13, SR14, SR15, SR16, SR19
 */
export function changed(before: AccessRecord, change: CheckedChange): AccessRecord {
  const users = new Map(before.users)
  for (const [id, user] of change.users ?? []) {
    if (id === before.owner)
      throw bad('users', 'The owner stays the owner until somebody accepts the document.')
    if (user === null) users.delete(id)
    else users.set(id, user)
  }
  assertNotTooMany(users)
  const { link = before.link } = change
  const offeredTo = offerAfter(before, change, users)
  return { ...before, users, link, viewLink: linkAfter(before, change), offeredTo }
}

/**
 * Returns a record after its document has got another owner. The former one is an editor then, and nothing
 * is offered any more.
 *
 * @throws {Problem} bad-parameter
 * @see PROTOCOL.md SR15
 */
export function passedTo(before: AccessRecord, owner: string): AccessRecord {
  checkOwner(owner)
  if (owner === before.owner) return before
  const users = new Map(before.users)
  users.delete(owner)
  if (before.owner !== undefined) users.set(before.owner, { role: 'editor' })
  assertNotTooMany(users)
  return { ...before, owner, users, offeredTo: undefined }
}

/** @throws {Problem} bad-parameter. SR15 */
export function checkOwner(owner: unknown): void {
  if (!isUserId(owner)) throw bad('owner', `"owner" must be an id ${ID_RULE}.`)
}

/** Whoever is removed is offered nothing any more. */
function offerAfter(
  before: AccessRecord,
  change: CheckedChange,
  users: AccessRecord['users'],
): string | undefined {
  const { offeredTo = before.offeredTo } = change
  if (typeof change.offeredTo === 'string' && !users.has(change.offeredTo))
    throw bad('offeredTo', 'Offer the document to somebody who has a role in it.')
  return typeof offeredTo === 'string' && users.has(offeredTo) ? offeredTo : undefined
}

/** @throws {Problem} bad-parameter. SR16 */
function assertNotTooMany(users: AccessRecord['users']): void {
  if (users.size > MOST_USERS) throw bad('users', `A document has at most ${MOST_USERS} users.`)
}

function linkAfter({ viewLink }: AccessRecord, change: CheckedChange): string | undefined {
  if (change.viewLink === undefined) return viewLink
  if (!change.viewLink) return undefined
  return viewLink ?? VIEW_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url')
}

/** What the owner of a document may do while it is in the trash. */
const IN_TRASH: readonly Action[] = ['watch', 'manage']

/** Returns the actions that a record allows a user. @see PROTOCOL.md SR1, SR3, HM9 */
export function actionsOf(
  { owner, users, link, trashedAtMs }: AccessRecord,
  userId: string,
  linkGives: LinkGives,
): readonly Action[] {
  if (trashedAtMs !== undefined) return userId === owner ? IN_TRASH : []
  if (userId === owner) return ROLES.owner
  const roles = [users.get(userId)?.role, LINK_ROLES[link ?? linkGives]]
  // The roles are ordered: each one includes the one before.
  const given = roles.flatMap((role) => (role === undefined ? [] : [ROLES[role]]))
  return given.toSorted((one, other) => other.length - one.length)[0] ?? []
}

/** Returns a record in the form that the store keeps. */
export function written(record: AccessRecord): RoomRecord {
  const { owner, users, link, viewLink, offeredTo, trashedAtMs } = record
  const named = Object.fromEntries(users)
  return {
    json: JSON.stringify({ owner, users: named, link, viewLink, offeredTo, trashedAtMs }),
    // Nobody finds it by its view link while it is in the trash.
    ...(viewLink !== undefined && trashedAtMs === undefined && { link: viewLink }),
    ...(owner !== undefined && { owner }),
    ...(users.size > 0 && { users: [...users.keys()] }),
    ...(trashedAtMs !== undefined && { trashedAtMs }),
  }
}

/** Reads a stored record. @throws {Error} if it is invalid, so that it lets nobody in */
export function readRecord({ json }: RoomRecord): AccessRecord {
  const { users, ...said } = RECORD.parse(JSON.parse(json))
  return { ...said, users: new Map(users as [string, SharedUser][]) }
}

/** Reads a record that an import brings. @throws {Problem} bad-parameter. AD19 */
export function readImported(brought: RoomRecord): AccessRecord {
  try {
    const record = readRecord(brought)
    if (record.viewLink === undefined || isViewLink(record.viewLink)) return record
  } catch {
    // The reason would repeat what the file says.
  }
  throw bad('record', 'The record of who may see the document is invalid. Export it again.')
}

/** Returns a record as its managers see it. @param byUsers whether there are users. SR12 */
export function shown(
  { owner, users, link, viewLink, offeredTo }: AccessRecord,
  revision: number,
  linkGives: LinkGives,
  byUsers: boolean,
): Access {
  const ofUsers = {
    ...(owner !== undefined && { owner }),
    users: Object.fromEntries(users),
    link: link ?? linkGives,
    ...(offeredTo !== undefined && { offeredTo }),
  }
  return { revision, ...(byUsers && ofUsers), ...(viewLink !== undefined && { viewLink }) }
}

function isPlainObject(said: unknown): said is object {
  return typeof said === 'object' && said !== null && !Array.isArray(said)
}

function bad(parameter: string, detail: string): Problem {
  return new Problem('bad-parameter', detail, { parameter })
}
