import type { IncomingMessage } from 'node:http'
import {
  type Broadcasted,
  type Confirmed,
  type Locked,
  Problem,
  type Unlocked,
  type View,
} from '@whereabouts/protocol'
import type { Account } from '../access/accounts.js'
import { type Caller, Callers, type Parameter } from '../access/caller.js'
import { assertCurrent } from '../access/users.js'
import type { ResolvedOptions } from '../options.js'
import type { RoomServer } from '../room-server.js'
import type { AccessCalls } from './access-calls.js'
import type { Bodies } from './body.js'
import {
  badParameter,
  type Call,
  checkVersion,
  flag,
  methodNotAllowed,
  oneOf,
  wholeNumber,
} from './call.js'
import { DocumentCalls } from './document-calls.js'
import {
  type Access,
  assertWritable,
  type Demand,
  type Entered,
  Entrance,
  noBody,
} from './entrance.js'
import type { RoomLists } from '../document/documents.js'
import { HistoryCalls } from './history-calls.js'
import { LargeAnswers } from './large-answers.js'
import { ListCalls } from './list-calls.js'
import type { ListPlaces } from './list-places.js'
import {
  acceptsGzip,
  header,
  lockKey,
  lockNumber,
  lookOf,
  MOST_WITHIN_MS,
  namedLock,
  partNamed,
  presenceOf,
  readParameters,
} from './parameters.js'
import { closing, MOST_WAIT_MS, piecesOfNews, Question } from './question.js'
import { Releases } from './releases.js'
import { RoomsTogether } from './rooms-together.js'

const CONFIRM: Demand = { budget: 'confirmations', needs: ['join'], isStaying: true }

const INSPECT: Demand = { budget: 'documents', needs: ['manage'] }

const ANSWER_OFFER: Demand = { budget: 'shares', needs: ['watch'], isFresh: true }

/** What some of the calls work with. */
export interface MoreParts {
  readonly about: AccessCalls
  readonly lists: RoomLists
  readonly places: ListPlaces
}

/** What the calls do, once it is known which one it is and for which room. */
export class Calls {
  readonly #about: AccessCalls
  readonly #entrance: Entrance
  readonly #callers: Callers
  readonly #answers: LargeAnswers
  readonly #rooms: RoomsTogether
  /** The calls of documents. */
  readonly document: DocumentCalls
  /** The calls of their versions. */
  readonly history: HistoryCalls
  /** The calls of the lists of users. */
  readonly lists: ListCalls

  constructor(
    private readonly rooms: RoomServer,
    private readonly access: Access,
    { about, lists, places }: MoreParts,
    private readonly bodies: Bodies,
    private readonly options: ResolvedOptions,
  ) {
    this.#about = about
    this.#entrance = new Entrance(access, rooms)
    this.#callers = new Callers(access.browsers.proxies)
    const accountOf = (request: IncomingMessage) => access.allowances.accountOfBody(request).key
    this.#answers = new LargeAnswers(options.stuckMs, options.maxWaitingBytes, accountOf)
    const entrance = this.#entrance
    const answers = this.#answers
    const callers = this.#callers
    this.#rooms = new RoomsTogether({ rooms, access, bodies, options, entrance, callers, answers })
    this.document = new DocumentCalls({
      rooms,
      access,
      bodies,
      entrance,
      callers,
      answers,
      maxUpdateBytes: options.maxUpdateBytes,
      files: options.documentFiles,
    })
    this.history = new HistoryCalls({ rooms, access, bodies, entrance, answers })
    const { trashDays } = options
    const { administration } = rooms
    this.lists = new ListCalls({
      lists,
      places,
      administration,
      access,
      bodies,
      entrance,
      answers,
      trashDays,
    })
  }

  /** @see PROTOCOL.md HT1, HT2 */
  async stream(call: Call, roomName: string): Promise<void> {
    await this.#stream(call, roomName, 'member', async () => {
      const parameter = await readParameters(call, this.bodies)
      return { parameter, view: oneOf(parameter, 'view', ['patch', 'list']) }
    })
  }

  /** @see PROTOCOL.md AR2 */
  async streamList(call: Call, roomName: string): Promise<void> {
    if (call.request.method === 'HEAD') throw methodNotAllowed(call, ['GET'])
    await this.#stream(call, roomName, 'id', async () => ({ parameter: call.query, view: 'list' }))
  }

  /**
   * @param keyParameter the parameter that the member key comes in; the article's call has `id`
   * @see PROTOCOL.md HT3, AR1
   */
  async postLocation(call: Call, roomName: string, keyParameter: 'member' | 'id'): Promise<void> {
    const { request, query } = call
    const memberKey = this.#callers.namedKey(request, query, keyParameter)
    const demand: Demand = { budget: 'posts', needs: ['join', 'move'], memberKey }
    const { asker, said } = await this.#entrance.decide(call, roomName, demand, async (entered) => {
      const presence = presenceOf(query, this.options.confirmMs)
      const caller = this.#callers.identify(request, query, keyParameter, entered.user?.claim)
      const lock = namedLock(call)
      const { value, bytes } = await this.bodies.readJson(call, this.options.maxLocationBytes)
      // Thousands of times a second: what isn't asked isn't waited for.
      const joining = this.#entrance.join(entered.account, roomName, caller)
      if (joining !== undefined) await joining
      const asking = this.#entrance.checkLocks(entered, caller)
      if (asking !== undefined) await asking
      const { nextWithinMs, polls } = presence
      return { caller, value, bytes, presence: { nextWithinMs, polls, lock } }
    })
    const { caller, value, bytes, presence } = said
    const { asOf } = this.access.permissions
    const moved = await this.rooms.move(roomName, caller, value, bytes, presence)
    this.rooms.readers.notePresence(asker, moved.self, asOf)
    this.#keepKey(call, caller)
    if (keyParameter === 'member') call.json(moved)
    else call.send(201, 'text/plain; charset=utf-8', 'ok')
  }

  /** @see PROTOCOL.md HT4, HT5 */
  async getLocation(call: Call, name: string): Promise<void> {
    await this.#changes(call, name, async () => call.query)
  }

  /** @see PROTOCOL.md HT26 */
  async postChanges(call: Call, name: string): Promise<void> {
    await this.#changes(call, name, () => readParameters(call, this.bodies))
  }

  /** @see PROTOCOL.md HT35, HT37 */
  async streams(call: Call): Promise<void> {
    await this.#rooms.answer(call)
  }

  /** @see PROTOCOL.md HT27 */
  async confirm(call: Call, roomName: string): Promise<Confirmed> {
    const decided = this.#entrance.decide(call, roomName, CONFIRM, async (entered) => {
      const parameter = await readParameters(call, this.bodies)
      const presence = presenceOf(parameter, this.options.confirmMs)
      if (parameter('nextWithinMs') === undefined) throw badParameter('nextWithinMs', 'given')
      const { user } = entered
      const caller = this.#callers.identify(call.request, parameter, 'member', user?.claim)
      await this.#entrance.checkLocks(entered, caller)
      return { caller, presence, tookMs: wholeNumber(parameter, 'tookMs', MOST_WITHIN_MS) }
    })
    const { asker, said } = await decided
    const { asOf } = this.access.permissions
    const { caller, presence, tookMs } = said
    const confirmed = await this.rooms.confirm(roomName, caller, presence)
    const { self } = confirmed
    if (self === null) return confirmed
    this.rooms.readers.notePresence(asker, self, asOf)
    if (tookMs !== undefined) this.rooms.inspections.note(roomName, self, tookMs)
    return confirmed
  }

  /** @see PROTOCOL.md EV1, EV2, EV9 */
  async broadcast(call: Call, roomName: string): Promise<Broadcasted> {
    const { request, query } = call
    const { maxBroadcastBytes } = this.options
    const memberKey = this.#callers.namedKey(request, query, 'member')
    const demand: Demand = { budget: 'posts', needs: ['move'], memberKey }
    const { said } = await this.#entrance.decide(call, roomName, demand, async (entered) => {
      const caller = this.#callers.identify(request, query, 'member', entered.user?.claim)
      const lock = namedLock(call)
      const { value, bytes } = await this.bodies.readJson(call, maxBroadcastBytes)
      await this.access.allowances.take('broadcastBytes', entered.account, bytes)
      return { caller, value, lock }
    })
    return this.rooms.broadcast(roomName, said.value, said.caller, said.lock)
  }

  /** @see PROTOCOL.md LK1, LK2, LK18 */
  async lock(call: Call, roomName: string): Promise<Locked> {
    const { caller, key, account } = await this.#locking(call, roomName, (parameter) => ({
      key: lockKey(parameter),
    }))
    const memberId = this.rooms.memberId(roomName, caller)
    this.access.allowances.lock(account, roomName, memberId, key)
    return this.rooms.locks.lock(roomName, caller, key)
  }

  /** @see PROTOCOL.md LK7, LK18 */
  async unlock(call: Call, roomName: string): Promise<Unlocked> {
    const { caller, key, number } = await this.#locking(call, roomName, (parameter) => ({
      key: lockKey(parameter),
      number: lockNumber(parameter),
    }))
    return this.rooms.locks.unlock(roomName, caller, { key, number })
  }

  async #locking<T>(
    call: Call,
    roomName: string,
    read: (parameter: Parameter) => T,
  ): Promise<T & { readonly caller: Caller; readonly account: Account }> {
    const { request, query } = call
    const memberKey = this.#callers.namedKey(request, query, 'member')
    const demand: Demand = { budget: 'posts', needs: ['write'], memberKey }
    const { account, said } = await this.#entrance.decide(
      call,
      roomName,
      demand,
      async ({ user }) => {
        const parameter = await readParameters(call, this.bodies)
        const caller = this.#callers.identify(request, parameter, 'member', user?.claim)
        return { ...read(parameter), caller }
      },
    )
    return { ...said, account }
  }

  /** @see PROTOCOL.md HT6 */
  async leave(call: Call, roomName: string): Promise<void> {
    const { request, query } = call
    const user = await this.#entrance.calling(call)
    await this.#entrance.count(call, user, 'goodbyes')
    assertWritable(roomName)
    checkVersion(query)
    const unread: { problem?: Problem } = {}
    const parameter = await readParameters(call, this.bodies).catch((error: unknown) => {
      // A goodbye is answered whatever its body is, as HT6 says.
      unread.problem = problemOf(error)
      return query
    })
    assertCurrent(user)
    const caller = this.#callers.identify(request, parameter, 'member', user?.claim)
    await this.rooms.leave(roomName, caller, flag(parameter, 'soon'), parameter('self'))
    call.empty(204, unread.problem)
  }

  /** @see PROTOCOL.md IN1 */
  async inspect(call: Call, roomName: string): Promise<void> {
    const { said } = await this.#entrance.decide(call, roomName, INSPECT, (entered) =>
      this.rooms.inspections.inspect(entered.roomName),
    )
    this.#answers.json(call, said)
  }

  /** @see PROTOCOL.md SR11 */
  async getAccess(call: Call, roomName: string): Promise<void> {
    const { asker, admission } = await this.#entrance.admit(call, roomName, 'polls', noBody)
    await this.#about.get(call, asker, admission.can)
  }

  /** @see PROTOCOL.md SR13 */
  async postAccess(call: Call, roomName: string): Promise<void> {
    const demand: Demand = {
      budget: 'shares',
      needs: this.access.permissions.areAsked ? ['manage'] : [],
      // Whoever was the owner a moment ago may not be any longer.
      isFresh: true,
    }
    const { asker, said } = await this.#entrance.decide(call, roomName, demand, (entered) =>
      this.#about.read(call, entered),
    )
    await this.#about.change(call, asker, said)
  }

  /** @see PROTOCOL.md SR20 */
  async postOffer(call: Call, roomName: string): Promise<void> {
    const read = async (entered: Entered) => {
      assertWritable(roomName)
      return this.#about.readOfferAnswer(call, entered)
    }
    const { asker, said } = await this.#entrance.decide(call, roomName, ANSWER_OFFER, read)
    await this.#about.answerOffer(call, asker, said)
  }

  /** @see PROTOCOL.md HT4, HT5, HT20, AC29 */
  async #changes(call: Call, name: string, read: () => Promise<Parameter>): Promise<void> {
    const entered = await this.#entrance.admit(call, name, 'polls', async () => {
      const parameter = await read()
      checkVersion(parameter)
      return parameter
    })
    const { account, said: parameter } = entered
    const waitMs = wholeNumber(parameter, 'waitMs', MOST_WAIT_MS) ?? 0
    const question = new Question(this.rooms, this.access, entered)
    let news = await question.news()
    if (news === undefined && waitMs > 0) {
      const release = this.access.allowances.holdStream(account)
      await question.wait(waitMs, closing(call)).finally(release)
      news = await question.news()
    }
    if (news === undefined) call.empty(204)
    else this.#answers.pieces(call, piecesOfNews(news))
  }

  async #stream(
    call: Call,
    name: string,
    keyParameter: string,
    read: () => Promise<{ parameter: Parameter; view: View }>,
  ): Promise<void> {
    const { request, response } = call
    // Before anything is awaited: a reader may be gone before it is answered. FR6
    const releases = new Releases(response)
    const { roomName, admission, said } = await this.#entrance.admit(
      call,
      name,
      'streams',
      async ({ roomName: room, account, user }, can) => {
        const { parameter, view } = await read()
        checkVersion(parameter)
        const watches = flag(parameter, 'watch') || !can.includes('join')
        // A stream that joins changes the room, whatever its method. BR4
        if (!watches) this.access.browsers.origins.check(request, response)
        const caller = watches
          ? undefined
          : this.#callers.identify(request, parameter, keyParameter, user?.claim)
        const wanted = {
          ...lookOf(parameter, view),
          since: parameter('lastEventId') ?? header(request, 'last-event-id'),
          at: partNamed(parameter),
          presence: presenceOf(parameter, this.options.confirmMs),
        }
        if (response.closed) return undefined
        releases.add(this.access.allowances.holdStream(account))
        await this.#entrance.join(account, room, caller)
        return { ...wanted, caller }
      },
    )
    if (said === undefined || response.closed) return
    const { caller, at, presence } = said
    // The right to join may have been lost meanwhile.
    const isMember = caller !== undefined && admission.can.includes('join')
    if (isMember) this.#keepKey(call, caller)
    const members = isMember ? [{ ...caller, at, ...presence }] : []
    const transport = request.method === 'POST' ? 'post-stream' : 'stream'
    const wanted = { ...said, members, admission, transport } as const
    const gzip = acceptsGzip(header(request, 'accept-encoding'))
    releases.add(await this.rooms.readers.connect(roomName, wanted, response, gzip))
  }

  /** @see PROTOCOL.md ID2 */
  #keepKey({ request, response }: Call, { key, isNew }: Caller): void {
    if (isNew) response.appendHeader('Set-Cookie', this.#callers.cookie(request, key))
  }
}

/** @throws {unknown} any other error */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  throw error
}
