import type { IncomingMessage } from 'node:http'
import type { Action, Confirmed, View } from '@whereabouts/protocol'
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
import { type Access, assertWritable, Entrance, type Demand, noBody } from './entrance.js'
import { LargeAnswers } from './large-answers.js'
import {
  acceptsGzip,
  header,
  nextWithin,
  partNamed,
  readParameters,
  wantedPart,
  wantsDocuments,
} from './parameters.js'

const MOST_WAIT_MS = 30_000

const CONFIRM: Demand = { budget: 'confirmations', needs: ['join'], isStaying: true }

/** What the calls do, once it is known which one it is and for which room. */
export class Calls {
  readonly #entrance: Entrance
  readonly #callers: Callers
  readonly #answers: LargeAnswers
  /** The calls of documents. */
  readonly document: DocumentCalls

  constructor(
    private readonly rooms: RoomServer,
    private readonly access: Access,
    private readonly about: AccessCalls,
    private readonly bodies: Bodies,
    private readonly options: ResolvedOptions,
  ) {
    this.#entrance = new Entrance(access, rooms)
    this.#callers = new Callers(access.browsers.proxies)
    this.#answers = new LargeAnswers(options.stuckMs, options.maxWaitingBytes)
    this.document = new DocumentCalls({
      rooms,
      access,
      bodies,
      entrance: this.#entrance,
      answers: this.#answers,
      maxUpdateBytes: options.maxUpdateBytes,
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
    const { said } = await this.#entrance.decide(call, roomName, demand, async (entered) => {
      const nextWithinMs = this.#promise(query)
      const caller = this.#callers.identify(request, query, keyParameter, entered.user?.claim)
      const { value, bytes } = await this.bodies.readJson(call, this.options.maxLocationBytes)
      // Thousands of times a second: what isn't asked isn't waited for.
      const joining = this.#entrance.join(entered.account, roomName, caller)
      if (joining !== undefined) await joining
      return { caller, value, bytes, nextWithinMs }
    })
    const { caller, value, bytes, nextWithinMs } = said
    const moved = await this.rooms.move(roomName, caller, value, bytes, nextWithinMs)
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

  /** @see PROTOCOL.md HT27 */
  async confirm(call: Call, roomName: string): Promise<Confirmed> {
    const { said } = await this.#entrance.decide(call, roomName, CONFIRM, async ({ user }) => {
      const parameter = await readParameters(call, this.bodies)
      const nextWithinMs = this.#promise(parameter)
      if (parameter('nextWithinMs') === undefined) throw badParameter('nextWithinMs', 'given')
      const caller = this.#callers.identify(call.request, parameter, 'member', user?.claim)
      return { caller, nextWithinMs }
    })
    return this.rooms.confirm(roomName, said.caller, said.nextWithinMs)
  }

  /** @see PROTOCOL.md HT6 */
  async leave(call: Call, roomName: string): Promise<void> {
    const { request, query } = call
    const user = await this.#entrance.calling(call)
    await this.#entrance.count(call, user, 'goodbyes')
    assertWritable(roomName)
    checkVersion(query)
    // A goodbye is answered whatever its body is, as HT6 says.
    const parameter = await readParameters(call, this.bodies).catch(() => query)
    assertCurrent(user)
    const caller = this.#callers.identify(request, parameter, 'member', user?.claim)
    await this.rooms.leave(roomName, caller, flag(parameter, 'soon'), parameter('self'))
    call.empty(204)
  }

  /** @see PROTOCOL.md SR11 */
  async getAccess(call: Call, roomName: string): Promise<void> {
    const { asker, admission } = await this.#entrance.admit(call, roomName, 'polls', noBody)
    await this.about.get(call, asker, admission.can)
  }

  /** @see PROTOCOL.md SR13 */
  async postAccess(call: Call, roomName: string): Promise<void> {
    const demand: Demand = {
      budget: 'shares',
      needs: this.access.permissions.areAsked ? ['manage'] : [],
      // Whoever was the owner a moment ago may not be any longer.
      isFresh: true,
    }
    const { asker, said } = await this.#entrance.decide(call, roomName, demand, ({ account }) =>
      this.about.read(call, roomName, account),
    )
    await this.about.change(call, asker, said)
  }

  /** @see PROTOCOL.md HT4, HT5, HT20, AC29 */
  async #changes(call: Call, name: string, read: () => Promise<Parameter>): Promise<void> {
    const entered = await this.#entrance.admit(call, name, 'polls', async () => {
      const parameter = await read()
      checkVersion(parameter)
      return parameter
    })
    const { roomName, account, admission, said: parameter } = entered
    const since = parameter('since')
    const waitMs = wholeNumber(parameter, 'waitMs', MOST_WAIT_MS) ?? 0
    const wanted = { documents: wantsDocuments(parameter), part: wantedPart(parameter) }
    if (since === undefined) {
      const room = await this.rooms.members(roomName, wanted.part)
      return this.#answers.json(call, { ...room, ...this.#told(admission.can) })
    }
    let news = await this.rooms.since(roomName, since, wanted)
    let allowed: readonly Action[] | undefined
    if (news === undefined && waitMs > 0) {
      const options = { waitMs, admission, ...wanted }
      const release = this.access.allowances.holdStream(account)
      const waiting = this.rooms.readers.nextFrame(roomName, since, options, closing(call))
      allowed = await waiting.finally(release)
      news = await this.rooms.since(roomName, since, wanted)
    }
    // A change of rights is news of its own. AC30
    if (allowed !== undefined) news ??= { id: since, patch: {} }
    if (news === undefined) return call.empty(204)
    this.#answers.json(call, { ...news, ...this.#told(allowed ?? admission.can) })
  }

  /** Without authorization it would be the same for everybody. @see PROTOCOL.md AC29 */
  #told(can: readonly Action[]): { readonly can?: readonly Action[] } {
    return this.access.permissions.areAsked ? { can } : {}
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
        const look = lookOf(request, parameter, view)
        if (response.closed) return undefined
        response.once('close', this.access.allowances.holdStream(account))
        await this.#entrance.join(account, room, caller)
        return { ...look, caller, nextWithinMs: this.#promise(parameter) }
      },
    )
    if (said === undefined || response.closed) return
    // The right to join may have been lost meanwhile.
    const caller = admission.can.includes('join') ? said.caller : undefined
    if (caller !== undefined) this.#keepKey(call, caller)
    const wanted = { ...said, caller, admission }
    const release = await this.rooms.readers.connect(roomName, wanted, response)
    if (response.closed) release()
    else held.release = release
  }

  /** Within what time a caller will confirm, if that counts here. @see PROTOCOL.md CO1, CO9 */
  #promise(parameter: Parameter): number | undefined {
    const nextWithinMs = nextWithin(parameter)
    return this.options.confirmMs === 0 ? undefined : nextWithinMs
  }

  /** @see PROTOCOL.md ID2 */
  #keepKey({ request, response }: Call, { key, isNew }: Caller): void {
    if (isNew) response.appendHeader('Set-Cookie', this.#callers.cookie(request, key))
  }
}

/** What a stream shows, and from where on. @throws {Problem} bad-parameter */
function lookOf(request: IncomingMessage, parameter: Parameter, view: View) {
  const [at, part] = [partNamed(parameter), wantedPart(parameter)]
  if (part !== undefined && view === 'list') throw badParameter('only', 'left out in the list view')
  return {
    view,
    documents: wantsDocuments(parameter),
    at,
    part,
    gzip: acceptsGzip(header(request, 'accept-encoding')),
    lastEventId: parameter('lastEventId') ?? header(request, 'last-event-id'),
  }
}

/** Fires when the response closes, however it closes: the request's own end says nothing of that. */
function closing({ response }: Call): AbortSignal {
  const controller = new AbortController()
  if (response.closed) controller.abort()
  else response.once('close', () => controller.abort())
  return controller.signal
}
