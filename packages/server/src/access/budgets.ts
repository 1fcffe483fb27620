import { Problem } from '@whereabouts/protocol'
import type { Log } from '../log.js'
import type { Account } from './accounts.js'
import { type Limiter, type MakeLimiter, WindowLimiter } from './limiters.js'
import { RareWarning } from './rare-warning.js'

/** How much an account may do in a number of seconds. */
interface Budget {
  readonly seconds: number
  readonly user: number
  /** More than for a user: an office has one address. */
  readonly address: number
}

/**
 * The budgets, each counted by itself. A person in a busy sheet uses a fiftieth of one, and two hundred
 * people behind one address use half of one. Frequent calls are counted over a short time, so that nobody
 * takes the whole server for long.
 *
 * @see PROTOCOL.md BU2
 */
export const BUDGETS = {
  posts: { seconds: 2, user: 600, address: 4_000 },
  broadcastBytes: { seconds: 2, user: 131_072, address: 1_048_576 },
  polls: { seconds: 2, user: 1_000, address: 10_000 },
  pollBytes: { seconds: 2, user: 33_554_432, address: 134_217_728 },
  streams: { seconds: 60, user: 600, address: 12_000 },
  documents: { seconds: 60, user: 2_000, address: 20_000 },
  documentBytes: { seconds: 60, user: 134_217_728, address: 536_870_912 },
  authors: { seconds: 86_400, user: 100, address: 1_000 },
  rooms: { seconds: 60, user: 200, address: 1_000 },
  shares: { seconds: 60, user: 60, address: 600 },
  auditBytes: { seconds: 86_400, user: 524_288, address: Infinity },
  confirmations: { seconds: 2, user: 200, address: 4_000 },
  goodbyes: { seconds: 2, user: 200, address: 4_000 },
  logins: { seconds: 60, user: 200, address: 2_000 },
} as const satisfies { readonly [name: string]: Budget }

/** A refusal is delayed this long, which slows down a flood. */
const REFUSED_MS = 500

/**
 * For so long after a refusal, the calls of a caller are spread evenly, so that it doesn't use its budget
 * at once and make everybody wait behind it.
 */
const SPREAD_MS = 10_000
/** The budgets over a longer time aren't used up at once, and their calls would wait with what they hold. */
const MOST_SPREAD_SECONDS = 2
/** So many callers are remembered, the one that was refused last at the end. */
const MOST_SPREAD = 10_000

/** The budget of one member key when there are no users. Keys are free to invent, so addresses count too. */
const MEMBER_POSTS = { seconds: 2, points: 250 }

/** The name of a budget. */
export type BudgetName = keyof typeof BUDGETS

/** What a refusal is counted as. Members have a limit, but no budget over time. */
type Refused = BudgetName | 'members'

type Limiters = { readonly [kind in Account['kind']]: ReadonlyMap<BudgetName, Limiter> }

/** Points of a budget that are taken. */
interface Taking {
  readonly name: BudgetName
  readonly account: Account
  /** Of the account, or a member key, which is a secret and not shown in the log. */
  readonly key: string
  readonly points: number
  readonly isMember?: true
}

/** The number of refused calls by budget. */
export type Refusals = { readonly [name in Refused]: number }

/**
 * Enforces the budgets of all accounts.
 *
 * @see PROTOCOL.md BU2, BU3, BU4, BU5
 */
export class Budgets {
  readonly #limiters: Limiters
  readonly #members: Limiter | undefined
  readonly #refusals = Object.fromEntries(
    [...Object.keys(BUDGETS), 'members'].map((name) => [name, 0]),
  ) as Record<Refused, number>
  readonly #refused: RareWarning
  /** When each caller that was refused lately gets its next call. */
  readonly #spread = new Map<string, { readonly untilMs: number; nextMs: number }>()

  /**
   * @param scale multiplies the budgets; 0 turns them off
   * @param shared makes limiters that count for all nodes together
   */
  constructor(
    readonly scale: number,
    log: Log,
    shared?: MakeLimiter,
    private readonly now: () => number = () => performance.now(),
  ) {
    const own: MakeLimiter = (_, points, seconds) => new WindowLimiter(points, seconds, now)
    const { points, seconds } = MEMBER_POSTS
    this.#limiters = limitersOf(scale, own, shared ?? own)
    this.#members = scale === 0 ? undefined : own('member', Math.ceil(points * scale), seconds)
    this.#refused = new RareWarning(log, 'a caller sends more than its budget, and is refused')
  }

  get refusals(): Refusals {
    return this.#refusals
  }

  /** Nothing is waited for unless there is something to wait for. @throws {Problem} too-many-requests */
  take(name: BudgetName, account: Account, points = 1): Promise<void> | undefined {
    return this.#take({ name, account, key: account.key, points })
  }

  /** Returns how much of a budget an account has when it has taken nothing. */
  most(name: BudgetName, { kind }: Account): number {
    return this.#limiters[kind].get(name)?.points ?? Infinity
  }

  /** Counts what was given already. If that is over the budget, the next call is refused. */
  charge(name: BudgetName, { kind, key }: Account, points: number): void {
    this.#limiters[kind].get(name)?.charge?.(key, points)
  }

  /** @throws {Problem} too-many-requests */
  takePost(account: Account, memberKey: string): Promise<void> | undefined {
    if (account.kind === 'user') return this.take('posts', account)
    const waiting = this.#take({
      name: 'posts',
      account,
      key: memberKey,
      points: 1,
      isMember: true,
    })
    return waiting === undefined
      ? this.take('posts', account)
      : waiting.then(() => this.take('posts', account))
  }

  /** Slows down a flood, whatever it is refused for. @throws {Problem} always @see PROTOCOL.md BU4 */
  async refuseLate(...refusal: Parameters<Budgets['refuse']>): Promise<never> {
    await pause(REFUSED_MS)
    return this.refuse(...refusal)
  }

  /** @throws {Problem} always */
  refuse(name: Refused, { key }: Pick<Account, 'key'>, afterMs: number): never {
    this.#refusals[name] += 1
    this.#refused.warn(`${key}, ${name}`)
    const retryAfterS = Math.max(1, Math.ceil(afterMs / 1_000))
    throw new Problem(
      'too-many-requests',
      `You are sending more than the server takes from one caller. Try again in ${retryAfterS} s.`,
      { budget: name, retryAfterS },
    )
  }

  #take(taking: Taking): Promise<void> | undefined {
    const { name, account, key, points, isMember } = taking
    const limiter = isMember === true ? this.#members : this.#limiters[account.kind].get(name)
    if (limiter === undefined) return undefined
    const taken = limiter.take(key, points)
    return taken === 0 && this.#spread.size === 0 ? undefined : this.#wait(taking, limiter, taken)
  }

  async #wait(taking: Taking, limiter: Limiter, taken: number | Promise<number>): Promise<void> {
    const { name, account, key, points, isMember } = taking
    const caller = `${isMember === true ? 'member' : account.kind} ${name} ${key}`
    const afterMs = await taken
    if (afterMs > 0) {
      if (limiter.seconds <= MOST_SPREAD_SECONDS) this.#spreadCalls(caller)
      const shown = isMember === true ? `a member key of ${account.key}` : key
      await this.refuseLate(name, { key: shown }, afterMs)
    }
    await this.#turn(caller, (limiter.seconds * 1_000 * points) / limiter.points)
  }

  #spreadCalls(caller: string): void {
    const nowMs = this.now()
    const { nextMs } = this.#spread.get(caller) ?? { nextMs: nowMs }
    this.#spread.delete(caller)
    this.#spread.set(caller, { untilMs: nowMs + SPREAD_MS, nextMs })
    if (this.#spread.size > MOST_SPREAD) this.#spread.delete(this.#spread.keys().next().value!)
  }

  /** Resolves when it is the turn of a call. @param gapMs the time between two calls that are spread */
  async #turn(caller: string, gapMs: number): Promise<void> {
    const spread = this.#spread.get(caller)
    if (spread === undefined) return
    const nowMs = this.now()
    if (spread.untilMs < nowMs) return void this.#spread.delete(caller)
    const turnMs = Math.max(nowMs, spread.nextMs)
    spread.nextMs = turnMs + gapMs
    await pause(turnMs - nowMs)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

/** These cost less than a request to Redis, or each node has its own audit log, so each counts by itself. */
const OWN = new Set<string>([
  'posts',
  'broadcastBytes',
  'polls',
  'pollBytes',
  'auditBytes',
  'confirmations',
  'goodbyes',
  'logins',
] satisfies BudgetName[])

function limitersOf(scale: number, own: MakeLimiter, shared: MakeLimiter): Limiters {
  const ofKind = (kind: Account['kind']) => {
    const limiters = new Map<BudgetName, Limiter>()
    for (const [name, budget] of Object.entries<Budget>(BUDGETS)) {
      const { [kind]: limit, seconds } = budget
      if (scale === 0) break
      const make = OWN.has(name) ? own : shared
      limiters.set(name as BudgetName, make(`${kind} ${name}`, Math.ceil(limit * scale), seconds))
    }
    return limiters
  }
  return { user: ofKind('user'), address: ofKind('address') }
}
