import type { IncomingMessage } from 'node:http'
import {
  type Action,
  isMemberKey,
  isViewLink,
  type Json,
  type Moved,
  Problem,
  type Updated,
  type View,
} from '@whereabouts/protocol'
import { type Caller, identify, memberCookie, type Parameter } from '../access/caller.js'
import type { Account } from '../access/accounts.js'
import type { Allowances } from '../access/allowances.js'
import type { BudgetName } from '../access/budgets.js'
import type { Browsers } from '../access/browsers.js'
import type { KnownUser } from '../access/known-user.js'
import {
  type Admission,
  type Asker,
  linkEnded,
  linkOnlyReads,
  type Permissions,
  type StillMay,
} from '../access/permissions.js'
import type { Sharing } from '../access/sharing.js'
import { assertCurrent, type Users } from '../access/users.js'
import { isPart } from '../room/parts.js'
import type { ResolvedOptions } from '../options.js'
import { checkRoom } from '../room-name.js'
import type { RoomServer } from '../room-server.js'
import { MOST_LISTED } from '../administration.js'
import type { Manager } from '../access/audit.js'
import type { AccessCalls } from './access-calls.js'
import type { Bodies } from './body.js'
import { DocumentAnswers } from './document-answers.js'
import { DocumentWrites } from './document-writes.js'
import {
  badParameter,
  type Call,
  checkVersion,
  flag,
  methodNotAllowed,
  oneOf,
  wholeNumber,
} from './call.js'

const MOST_WAIT_MS = 30_000
/** Enough for every parameter at its longest, written in escapes. */
const PARAMETERS_LIMIT_BYTES = 8_192

const GZIP = /^(?:x-)?gzip(?:\s*;|$)/
const REFUSED = /;\s*q=0(?:\.0*)?$/
/** What an application is asked about that isn't one room: no room has this name. */
const EVERY_ROOM = '*'
const USUALLY_LISTED = 100
const INCARNATION = /^[\w-]{1,32}$/
const BASE64URL = /^[A-Za-z0-9_-]+$/

/** Who is calling, what they may do and how much of it, and from which page. */
export interface Access {
  readonly users: Users
  readonly permissions: Permissions
  readonly allowances: Allowances
  readonly browsers: Browsers
  readonly sharing: Sharing
}

/** A call that may come to a room. */
interface Entered {
  /** The room's own name, whatever led there. */
  readonly roomName: string
  readonly asker: Asker
  readonly account: Account
  readonly user: KnownUser | undefined
}

/** What the calls do, once it is known which one it is and for which room. */
export class Calls {
  readonly #documentAnswers: DocumentAnswers
  readonly #writes: DocumentWrites

  constructor(
    private readonly rooms: RoomServer,
    private readonly access: Access,
    private readonly about: AccessCalls,
    private readonly bodies: Bodies,
    private readonly options: ResolvedOptions,
  ) {
    this.#documentAnswers = new DocumentAnswers(options.stuckMs, options.maxWaitingBytes)
    this.#writes = new DocumentWrites(rooms, access)
  }

  /** @see PROTOCOL.md HT1, HT2 */
  async stream(call: Call, roomName: string): Promise<void> {
    await this.#stream(call, roomName, 'member', async () => {
      const parameter = await this.#parameters(call)
      return { parameter, view: oneOf(parameter, 'view', ['patch', 'list']) }
    })
  }

  /** @see PROTOCOL.md AR2 */
  async streamList(call: Call, roomName: string): Promise<void> {
    if (call.request.method === 'HEAD') throw methodNotAllowed(call, ['GET'])
    await this.#stream(call, roomName, 'id', async () => ({ parameter: call.query, view: 'list' }))
  }

  /** @param keyParameter the parameter that the member key comes in */
  async postLocation(call: Call, roomName: string, keyParameter = 'member'): Promise<Moved> {
    const { request } = call
    // Thousands of times a second: what isn't asked isn't waited for.
    const user = this.options.authenticate && (await this.access.users.calling(request))
    assertWritable(roomName)
    const stillMay = this.options.authorize && (await this.#assertMove({ request, user, roomName }))
    checkVersion(call.query)
    const caller = identify(request, call.query, keyParameter, user?.claim)
    const account = this.#accountOf(call, user)
    await this.access.allowances.takePost(account, caller.key)
    const { value, bytes } = await this.bodies.readJson(call, this.options.maxLocationBytes)
    assertCurrent(user)
    if (stillMay !== undefined) await stillMay()
    const joining = this.#join(account, roomName, caller)
    if (joining !== undefined) await joining
    const moved = await this.rooms.move(roomName, caller, value, bytes)
    this.#keepKey(call, caller)
    return moved
  }

  /** @see PROTOCOL.md HT4, HT5, AC29 */
  async getLocation(call: Call, name: string): Promise<void> {
    const { query } = call
    const { roomName, admission, account } = await this.#admit(call, name, 'polls')
    // Without authorization it would be the same for everybody.
    const can = this.access.permissions.areAsked ? { can: admission.can } : {}
    const since = query('since')
    const waitMs = wholeNumber(query, 'waitMs', MOST_WAIT_MS) ?? 0
    const wanted = { documents: wantsDocuments(query), part: wantedPart(query) }
    if (since === undefined) {
      const room = await this.rooms.members(roomName, wanted.part)
      return this.#documentAnswers.json(call, { ...room, ...can })
    }
    let news = await this.rooms.since(roomName, since, wanted)
    if (news === undefined && waitMs > 0) {
      const options = { waitMs, admission, ...wanted }
      const release = this.access.allowances.holdStream(account)
      await this.rooms.readers.nextFrame(roomName, since, options, closing(call)).finally(release)
      news = await this.rooms.since(roomName, since, wanted)
    }
    if (news === undefined) call.empty(204)
    else this.#documentAnswers.json(call, { ...news, ...can })
  }

  /** @see PROTOCOL.md HT6 */
  async leave(call: Call, roomName: string): Promise<void> {
    const { request, query } = call
    const user = await this.access.users.calling(request)
    assertWritable(roomName)
    checkVersion(query)
    await this.#count(call, user, 'goodbyes')
    // A goodbye is answered whatever its body is, as HT6 says.
    const parameter = await this.#parameters(call).catch(() => query)
    assertCurrent(user)
    const caller = identify(request, parameter, 'member', user?.claim)
    await this.rooms.leave(roomName, caller, flag(parameter, 'soon'))
    call.empty(204)
  }

  /** @see PROTOCOL.md DO1 */
  async getDocument(call: Call, name: string): Promise<void> {
    const { roomName } = await this.#authorize(call, name, 'watch', 'documents')
    const { query } = call
    const update = await this.rooms.document(roomName, stateVector(query), query('since'))
    this.#documentAnswers.send(call, update)
  }

  /** @see PROTOCOL.md DO20 */
  async syncDocument(call: Call, name: string): Promise<void> {
    const { query } = call
    const { roomName, stillMay, user } = await this.#authorize(call, name, 'watch', 'documents')
    const vector = await this.bodies.readBytes(call, this.options.maxUpdateBytes)
    assertCurrent(user)
    await stillMay()
    this.#documentAnswers.send(call, await this.rooms.sync(roomName, vector, query('since')))
  }

  /** @see PROTOCOL.md DO2, DO9 */
  async postDocument(call: Call, roomName: string): Promise<Updated> {
    const entered = await this.#authorize(call, roomName, 'write', 'posts')
    const options = {
      idempotencyKey: idempotencyKey(call.request),
      incarnation: incarnation(call.query),
    }
    const update = await this.bodies.readBytes(call, this.options.maxUpdateBytes)
    assertCurrent(entered.user)
    await entered.stillMay()
    await this.access.allowances.take('documentBytes', entered.account, update.byteLength)
    await this.access.allowances.makeDocument(entered.account, checkRoom(entered.asker.roomName))
    return this.#writes.write(entered.asker, update, options)
  }

  /** @see PROTOCOL.md AD4 */
  async deleteDocument(call: Call, roomName: string): Promise<void> {
    if (this.access.permissions.areAsked && !isViewLink(roomName)) checkRoom(roomName)
    const manager = await this.#manage(call, roomName)
    await this.rooms.administration.deleteDocument(roomName, manager)
    call.empty(204)
  }

  /** @see PROTOCOL.md AD5 */
  async listDocuments(call: Call): Promise<void> {
    await this.#manage(call, EVERY_ROOM)
    const { query } = call
    const limit = wholeNumber(query, 'limit', MOST_LISTED) ?? USUALLY_LISTED
    const documents = await this.rooms.administration.list({ after: query('after') ?? '', limit })
    const rooms = documents.map(({ roomName, ...info }) => ({ room: roomName, ...info }))
    this.#documentAnswers.json(call, { rooms })
  }

  /** Who manages documents, once it is known that they may. @throws {Problem} forbidden */
  async #manage(call: Call, roomName: string): Promise<Manager> {
    const { request } = call
    const user = await this.access.users.calling(request)
    await this.#count(call, user, 'documents')
    assertWritable(roomName)
    await this.access.permissions.assert({ request, user, roomName }, 'manage')
    checkVersion(call.query)
    // An application may authorize calls and not say who makes them.
    return user === undefined ? { as: 'unknown' } : { by: user.claim.id }
  }

  /** @see PROTOCOL.md SR11 */
  async getAccess(call: Call, roomName: string): Promise<void> {
    await this.about.get(call, (await this.#enter(call, roomName, 'polls')).asker)
  }

  /** @see PROTOCOL.md SR13 */
  async postAccess(call: Call, roomName: string): Promise<void> {
    const { asker, account } = await this.#enter(call, roomName, 'shares', false)
    checkVersion(call.query)
    await this.about.post(call, asker, account)
  }

  async #stream(
    call: Call,
    name: string,
    keyParameter: string,
    read: () => Promise<{ parameter: Parameter; view: View }>,
  ): Promise<void> {
    const { request, response } = call
    // Before anything is awaited: a reader may be gone before it is answered. FR6
    const held: { release?: () => void } = {}
    response.once('close', () => held.release?.())
    const entered = await this.#admit(call, name, 'streams')
    const { roomName, account } = entered
    const { parameter, view } = await read()
    assertCurrent(entered.user)
    const hadBody = parameter !== call.query
    const admission = hadBody
      ? await this.access.permissions.readmit(entered.admission)
      : entered.admission
    checkVersion(parameter)
    const watches = flag(parameter, 'watch') || !admission.can.includes('join')
    // A stream that joins changes the room, whatever its method. BR4
    if (!watches) this.access.browsers.origins.check(request, response)
    const user = admission.asker?.user?.claim
    const caller = watches ? undefined : identify(request, parameter, keyParameter, user)
    if (response.closed) return
    if (caller !== undefined) this.#keepKey(call, caller)
    const documents = wantsDocuments(parameter)
    const lastEventId = parameter('lastEventId') ?? header(request, 'last-event-id')
    const gzip = acceptsGzip(header(request, 'accept-encoding'))
    const [at, part] = [partNamed(parameter), wantedPart(parameter)]
    if (part !== undefined && view === 'list')
      throw badParameter('only', 'left out in the list view')
    const wanted = { view, documents, at, part, gzip, lastEventId, caller, admission }
    const letGo = this.access.allowances.holdStream(account)
    response.once('close', letGo)
    await this.#join(account, roomName, caller)
    const release = await this.rooms.readers.connect(roomName, wanted, response)
    if (response.closed) release()
    else held.release = release
  }

  /**
   * First of all: a caller who is refused learns nothing else of its request. Answers what checks it
   * again after a wait. ID5, AC12
   */
  async #authorize(
    call: Call,
    name: string,
    action: Action,
    budget: BudgetName,
  ): Promise<Entered & { stillMay: StillMay }> {
    const entered = await this.#enter(call, name, budget, action === 'watch')
    const stillMay = await this.access.permissions.assert(entered.asker, action)
    checkVersion(call.query)
    return { ...entered, stillMay }
  }

  /** Lets a reader in, first of all. @see PROTOCOL.md AC10, AC14 */
  async #admit(
    call: Call,
    name: string,
    budget: BudgetName,
  ): Promise<Entered & { admission: Admission }> {
    const entered = await this.#enter(call, name, budget)
    const admission = await this.access.permissions.admit(entered.asker)
    checkVersion(call.query)
    return { ...entered, admission }
  }

  /**
   * Finds who is calling, and which room a name leads to.
   *
   * @param onlyReads whether the call can be made on a view link
   */
  async #enter(call: Call, name: string, budget: BudgetName, onlyReads = true): Promise<Entered> {
    const user = await this.access.users.calling(call.request)
    const account = await this.#count(call, user, budget)
    if (!onlyReads) assertWritable(name)
    const asker = await this.#asker(call, name, user)
    return { roomName: asker.roomName, asker, account, user }
  }

  /** @throws {Problem} too-many-requests. BU4 */
  async #count(call: Call, user: KnownUser | undefined, budget: BudgetName): Promise<Account> {
    const account = this.#accountOf(call, user)
    await this.access.allowances.take(budget, account)
    return account
  }

  #accountOf({ request }: Call, user: KnownUser | undefined): Account {
    return this.access.allowances.accountOf(request, user?.claim.id)
  }

  /** @throws {Problem} bad-room, too-many-requests */
  #join(account: Account, roomName: string, caller: Caller | undefined): Promise<void> | undefined {
    const memberId = caller && this.rooms.memberId(roomName, caller)
    return this.access.allowances.join(account, checkRoom(roomName), memberId)
  }

  /**
   * The application is asked about nothing that can't be a room.
   *
   * @throws {Problem} bad-room; forbidden, if it is a view link that leads nowhere; store-failed
   * @see PROTOCOL.md SR6, SR9
   */
  async #asker({ request }: Call, name: string, user: KnownUser | undefined): Promise<Asker> {
    if (!isViewLink(name)) {
      if (this.access.permissions.areAsked) checkRoom(name)
      return { request, user, roomName: name }
    }
    const roomName = await this.access.sharing.roomOf(name)
    if (roomName === undefined) throw linkEnded()
    return { request, user, roomName, link: name }
  }

  async #assertMove(asker: Asker): Promise<StillMay> {
    checkRoom(asker.roomName)
    return this.access.permissions.assert(asker, 'join', 'move')
  }

  /** @see PROTOCOL.md ID2 */
  #keepKey({ request, response }: Call, { key, isNew }: Caller): void {
    if (isNew)
      response.appendHeader(
        'Set-Cookie',
        memberCookie(key, this.access.browsers.proxies.isSecure(request)),
      )
  }

  /** The parameters of a call: the query's, and the fields of a body if there is one. */
  async #parameters(call: Call): Promise<Parameter> {
    const { request, query } = call
    if (request.method !== 'POST' || !this.bodies.has(call)) return query
    const { value } = await this.bodies.readJson(call, PARAMETERS_LIMIT_BYTES)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Problem(
        'bad-parameter',
        'The body is not a JSON object. Send the parameters as its fields.',
      )
    }
    const fields = new Map(
      Object.entries(value).map(([name, field]) => [name, parameterText(field)]),
    )
    for (const [name, text] of fields) checkAgreement(name, text, query(name))
    return (name) => fields.get(name) ?? query(name)
  }
}

/** @throws {Problem} forbidden. SR8 */
function assertWritable(roomName: string): void {
  if (isViewLink(roomName)) throw linkOnlyReads()
}

/**
 * Guards see the query alone, so that a body can't overrule it.
 *
 * @throws {Problem} bad-parameter
 * @see PROTOCOL.md HT12
 */
function checkAgreement(name: string, field: string, inQuery: string | undefined): void {
  if (inQuery === undefined || inQuery === field) return
  throw badParameter(name, 'the same in the query and in the body if it is in both')
}

/** @see PROTOCOL.md ST14; RFC 9110 12.5.3 */
function acceptsGzip(accepted = ''): boolean {
  const codings = accepted.split(',').map((coding) => coding.trim().toLowerCase())
  const said = codings.find((coding) => GZIP.test(coding))
  return said !== undefined && !REFUSED.test(said)
}

/** The part of the document that a caller says it is in. @throws {Problem} bad-parameter. NM8 */
function partNamed(parameter: Parameter): string | undefined {
  const at = parameter('at')
  if (at === undefined || isPart(at)) return at
  throw badParameter('at', '1 to 64 characters of A-Z a-z 0-9 . _ : ~ and -')
}

/** The part of the document that is all that a caller wants to see. @see PROTOCOL.md ST15 */
function wantedPart(parameter: Parameter): string | undefined {
  const at = partNamed(parameter)
  if (!flag(parameter, 'only')) return undefined
  if (at !== undefined) return at
  throw badParameter('at', 'given together with "only"')
}

/** @see PROTOCOL.md DO5 */
function wantsDocuments(parameter: Parameter): boolean {
  return oneOf(parameter, 'document', ['1', '0']) === '1'
}

/** @throws {Problem} bad-parameter */
function stateVector(parameter: Parameter): Uint8Array | undefined {
  const text = parameter('sv')
  if (text === undefined) return undefined
  if (BASE64URL.test(text)) return Buffer.from(text, 'base64url')
  throw badParameter('sv', 'a base64url state vector of Yjs 13')
}

/** @throws {Problem} bad-parameter */
function incarnation(parameter: Parameter): string | undefined {
  const text = parameter('incarnation')
  if (text === undefined || INCARNATION.test(text)) return text
  throw badParameter('incarnation', 'what the answer to a sync says')
}

/** @throws {Problem} bad-parameter */
function idempotencyKey(request: IncomingMessage): string | undefined {
  const key = header(request, 'idempotency-key')
  if (key === undefined || isMemberKey(key)) return key
  throw badParameter('Idempotency-Key', '1 to 128 characters of A-Z a-z 0-9 _ and -')
}

function parameterText(field: Json): string {
  if (typeof field === 'boolean') return field ? '1' : '0'
  return typeof field === 'string' ? field : JSON.stringify(field)
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Fires when the response closes, however it closes: the request's own end says nothing of that. */
function closing({ response }: Call): AbortSignal {
  const controller = new AbortController()
  if (response.closed) controller.abort()
  else response.once('close', () => controller.abort())
  return controller.signal
}
