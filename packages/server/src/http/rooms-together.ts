import { Problem } from '@whereabouts/protocol'
import type { Caller, Callers } from '../access/caller.js'
import { assertCurrent } from '../access/users.js'
import type { Attendant } from '../attendance.js'
import type { ResolvedOptions } from '../options.js'
import type { RoomServer } from '../room-server.js'
import type { Channel } from '../stream/shared-stream.js'
import type { Bodies } from './body.js'
import { type Call, checkVersion, flag, oneOf, wholeNumber } from './call.js'
import type { LargeAnswers } from './large-answers.js'
import type { Access, Counted, Entered, Entrance } from './entrance.js'
import { acceptsGzip, header, lookOf, partNamed, presenceOf } from './parameters.js'
import { closing, MOST_WAIT_MS, type News, piecesOfNews, Question } from './question.js'
import { readWantedRooms, type Wanted } from './subscriptions.js'

/** How many rooms count as one call in a budget. @see PROTOCOL.md MS12 */
const ROOMS_A_CALL = 8

/** What the calls about several rooms need. */
export interface RoomsTogetherContext {
  readonly rooms: RoomServer
  readonly access: Access
  readonly bodies: Bodies
  readonly options: ResolvedOptions
  readonly entrance: Entrance
  readonly callers: Callers
  readonly answers: LargeAnswers
}

const COMMA = Buffer.from(',')

/** One room's part of the answer to a long-poll about several. */
type Told = { readonly key: string } & (News | { readonly problem: Problem })

/** The calls about several rooms at once. @see PROTOCOL.md HT35, HT37, MS1 to MS16 */
export class RoomsTogether {
  constructor(private readonly context: RoomsTogetherContext) {}

  /** @throws {Problem} what concerns the whole call, and not one of its rooms. MS8 */
  async answer(call: Call): Promise<void> {
    const { entrance, bodies, access } = this.context
    const user = await entrance.calling(call)
    // Its body may be large, and may be refused. BU30
    const account = await entrance.count(call, user, 'polls')
    checkVersion(call.query)
    const { parameter, wanted } = await readWantedRooms(call, bodies)
    checkVersion(parameter)
    const isPoll = flag(parameter, 'poll')
    const waitMs = wholeNumber(parameter, 'waitMs', MOST_WAIT_MS) ?? 0
    const count = isPoll ? wanted.length : connectionsOf(wanted)
    const points = Math.ceil(count / ROOMS_A_CALL)
    if (isPoll) await access.allowances.take('polls', account, points - 1)
    else await access.allowances.take('streams', account, points)
    assertCurrent(user)
    if (call.response.closed) return
    const counted = { call, user, account }
    if (isPoll) await this.#poll(counted, wanted, waitMs)
    else await this.#stream(counted, wanted, count)
  }

  /** @see PROTOCOL.md MS8 */
  async #stream(counted: Counted, wanted: readonly Wanted[], count: number): Promise<void> {
    const { rooms, access } = this.context
    const { request, response } = counted.call
    response.once('close', access.allowances.holdStream(counted.account, count))
    const gzip = acceptsGzip(header(request, 'accept-encoding'))
    const stream = rooms.readers.share(response, gzip, count)
    // All of them before the first is opened: the stream ends with its last one.
    const channels = wanted.map(({ key }) => stream.channel(key))
    const opening = wanted.map((each, index) => this.#open(counted, each, channels[index]!))
    await Promise.all(opening)
  }

  async #open(counted: Counted, wanted: Wanted, channel: Channel): Promise<void> {
    const { readers } = this.context.rooms
    try {
      await this.#enter(counted, wanted, channel)
    } catch (error) {
      readers.refuse(channel, error instanceof Problem ? counted.call.belowBase(error) : error)
    }
  }

  async #enter(
    counted: Counted,
    { room, parameter, members }: Wanted,
    channel: Channel,
  ): Promise<void> {
    const { rooms, entrance } = this.context
    const entered = await entrance.admitTo(counted, room, async (known, can) => {
      const look = lookOf(parameter, oneOf(parameter, 'view', ['patch']))
      const attendants = this.#attendants(known, can.includes('join') ? members : [])
      await this.#join(known, attendants)
      return { ...look, since: parameter('since'), attendants }
    })
    const { roomName, admission, said } = entered
    if (channel.isOver) return
    // The right to join may have been lost meanwhile.
    const joining = admission.can.includes('join') ? said.attendants : []
    await rooms.readers.enter(roomName, { ...said, members: joining, admission }, channel)
  }

  #attendants(
    { asker: { request }, user }: Entered,
    members: Wanted['members'],
  ): readonly (Attendant & Caller)[] {
    const { callers, options } = this.context
    return members.map((own) => ({
      ...callers.identify(request, own, 'member', user?.claim),
      at: partNamed(own),
      ...presenceOf(own, options.confirmMs),
    }))
  }

  /** @throws {Problem} bad-room, too-many-requests. BU7 */
  async #join({ account, roomName }: Entered, attendants: readonly Caller[]): Promise<void> {
    const { entrance } = this.context
    if (attendants.length === 0) await entrance.join(account, roomName, undefined)
    for (const attendant of attendants) await entrance.join(account, roomName, attendant)
  }

  /** @see PROTOCOL.md HT37, HT38 */
  async #poll(counted: Counted, wanted: readonly Wanted[], waitMs: number): Promise<void> {
    const { access, answers } = this.context
    const { call, account, user } = counted
    const asked = await Promise.all(wanted.map((each) => this.#ask(counted, each)))
    let told = await newsOf(asked)
    if (told.length === 0 && waitMs > 0) {
      const release = access.allowances.holdStream(account, asked.length)
      await waitForAny(asked, waitMs, closing(call)).finally(release)
      told = await newsOf(asked)
    }
    assertCurrent(user)
    if (told.length === 0) call.empty(204)
    else answers.pieces(call, piecesOfAll(told))
  }

  async #ask(counted: Counted, { key, room, parameter }: Wanted): Promise<Asked> {
    const { rooms, access, entrance } = this.context
    const asking = entrance.admitTo(counted, room, async () => parameter)
    const asked = new Asked(key)
    await asked.settle(async () => {
      asked.question = new Question(rooms, access, await asking)
    })
    return asked
  }
}

/** One room of a long-poll about several. */
class Asked {
  question: Question | undefined
  #problem: Problem | undefined

  constructor(private readonly key: string) {}

  /** Does work for the room; if that throws a problem, the problem is its news. */
  async settle(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.#problem = error
    }
  }

  /** @see PROTOCOL.md AC40 */
  async readmit(): Promise<void> {
    if (this.#problem === undefined) await this.settle(async () => this.question?.readmit())
  }

  /** @param refusal why a room before this one was refused too much, which holds for this one as well. BU23 */
  async news(refusal: Problem | undefined): Promise<Told | undefined> {
    const { key } = this
    this.#problem ??= refusal
    if (this.#problem !== undefined) return { key, problem: this.#problem }
    let news: News | undefined
    await this.settle(async () => {
      news = await this.question?.news()
    })
    if (this.#problem !== undefined) return { key, problem: this.#problem }
    return news && { key, ...news }
  }
}

/** Returns the pieces of the text of an answer about several rooms. */
function piecesOfAll(told: readonly Told[]): Buffer[] {
  const each = told.map((one) =>
    'problem' in one ? [Buffer.from(JSON.stringify(one))] : piecesOfNews(one, one.key),
  )
  const parts = each.flatMap((pieces, index) => (index === 0 ? pieces : [COMMA, ...pieces]))
  return [Buffer.from('{"subscriptions":['), ...parts, Buffer.from(']}')]
}

/**
 * Returns the rooms with news. All are asked about again first, since each waits for the slowest of them.
 * One after the other, so that each is counted before the next one.
 *
 * @see PROTOCOL.md AC40, BU23
 */
async function newsOf(asked: readonly Asked[]): Promise<readonly Told[]> {
  await Promise.all(asked.map((each) => each.readmit()))
  const told: Told[] = []
  let refusal: Problem | undefined
  for (const each of asked) {
    const news = await each.news(refusal)
    if (news === undefined) continue
    told.push(news)
    if ('problem' in news && news.problem.problem === 'too-many-requests') refusal = news.problem
  }
  return told
}

/** Waits until one of the rooms has news. */
async function waitForAny(
  asked: readonly Asked[],
  waitMs: number,
  cancelled: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const either = AbortSignal.any([cancelled, over.signal])
  // One that fails ends the others as well, which would hold their places for as long as they wait.
  const waiting = asked.map((each) =>
    each.settle(async () => each.question?.wait(waitMs, either)).finally(() => over.abort()),
  )
  await Promise.all(waiting)
}

/** How many connections a stream stands for. @see PROTOCOL.md MS12 */
function connectionsOf(wanted: readonly Wanted[]): number {
  return wanted.reduce((sum, { members }) => sum + Math.max(1, members.length), 0)
}
