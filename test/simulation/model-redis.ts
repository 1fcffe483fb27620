import { KeptPromises } from '../exchange/kept-promises.js'
import { VERSIONS_A_BATCH } from '../../packages/server/src/exchange/exchange.js'
import type { Listener, Reply } from '../../packages/server/src/exchange/redis-connection.js'
import {
  APPEND,
  CHECKPOINT,
  DISCARD,
  HOLD,
  JOIN,
  LEAVE,
  PART,
  PROMISE,
  PROMISED,
  PULSE,
  READ,
  type Script,
} from '../../packages/server/src/exchange/redis-scripts.js'

/** A room and its log. */
interface Log {
  readonly life: number
  number: number
  atMs: number
  mark: string
  checkpoint: number
  state: string
  readonly texts: Map<number, string>
  untilMs: number
}

interface Fence {
  readonly says: string
  readonly untilMs: number
}

type Run = (keys: readonly string[], args: readonly string[]) => Reply

/** Unix ms at which all simulations start. */
const BEGINNING_MS = 1_700_000_000_000
const FORGET_LEASE_MS = 60_000
/** The name of its history, which is never broken. */
const SERVER = 'model'

/**
 * The data of an exchange in Redis, and its scripts: each is a TypeScript equivalent of the Lua
 * script.
 */
export class ModelRedis {
  #epoch: string | undefined
  readonly #leases = new Map<string, number>()
  readonly #logs = new Map<string, Log>()
  readonly #fences = new Map<string, Fence>()
  #promises: KeptPromises
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #scripts: ReadonlyMap<Script, Run>

  /**
   * @param now returns the ms of the simulation
   * @param keep how many batches a log keeps
   */
  constructor(
    private readonly now: () => number,
    private readonly keep: number,
  ) {
    this.#promises = new KeptPromises(now)
    this.#scripts = new Map<Script, Run>([
      [JOIN, (keys, args) => this.#join(keys, args)],
      [APPEND, (keys, args) => this.#append(keys, args)],
      [READ, (keys, args) => this.#read(keys, args)],
      [CHECKPOINT, (keys, args) => this.#checkpoint(keys, args)],
      [DISCARD, (keys, args) => this.#discard(keys, args)],
      [HOLD, (keys, args) => this.#hold(keys, args)],
      [PULSE, (_, args) => this.#pulse(args)],
      [LEAVE, (_, [node = '']) => Number(this.#leases.delete(node))],
      [PROMISE, ([key = ''], [withinMs = '']) => this.#promise(key, Number(withinMs))],
      [PROMISED, (keys) => keys.flatMap((key) => this.#promised(key))],
      [PART, ([fence = '']) => Number(this.#fences.delete(fence))],
    ])
  }

  run(script: Script, keys: readonly string[], args: readonly string[]): Reply {
    return this.#scripts.get(script)!(keys, args)
  }

  subscribe(channel: string, listener: Listener): void {
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(listener))
  }

  unsubscribe(channel: string, listener: Listener): void {
    this.#listeners.get(channel)?.delete(listener)
  }

  /** Loses everything. */
  empty(): void {
    this.#epoch = undefined
    this.#leases.clear()
    this.forget()
  }

  /** Loses all logs and nothing else. */
  forget(): void {
    this.#logs.clear()
    this.#fences.clear()
    this.#promises = new KeptPromises(this.now)
  }

  /** Returns the epoch and the first version of a room's log, or neither if the log is lost. */
  placeOf(roomKey: string): { readonly epoch: string | undefined; readonly life: number } {
    return { epoch: this.#epoch, life: this.#log(roomKey)?.life ?? Infinity }
  }

  #promise(key: string, withinMs: number): Reply {
    this.#promises.keep(key, withinMs)
    return 'OK'
  }

  #promised(key: string): number[] {
    const { withinMs = 0, leftMs = -2 } = this.#promises.read(key) ?? {}
    return [withinMs, Math.ceil(leftMs)]
  }

  get #unixMs(): number {
    return Math.floor(BEGINNING_MS + this.now())
  }

  #join(keys: readonly string[], args: readonly string[]): Reply {
    const [room = '', , fence = ''] = keys
    const [life = '', number = '', mark = '', says = '', ttlMs = '', page = ''] = args
    let log = this.#log(room)
    const knows = log !== undefined && String(log.life) === life
    if (knows && forgot(log!, Number(number), mark)) log = undefined
    if (log === undefined || isCut(log)) log = this.#make(room, life, number)
    this.#keep(log, fence, says, ttlMs)
    const texts = batches(log, log.checkpoint + 1, Number(page))
    return [String(log.life), String(log.number), String(log.checkpoint), log.state, texts]
  }

  #make(room: string, knownLife: string, knownNumber: string): Log {
    const old = this.#log(room)
    const before = old === undefined ? 0 : old.life + VERSIONS_A_BATCH * (old.number + 1)
    const known = Number(knownLife) + VERSIONS_A_BATCH * (Number(knownNumber) + 1)
    const log: Log = {
      life: Math.max(this.#unixMs * 1_000, before, known),
      number: 0,
      atMs: 0,
      mark: '',
      checkpoint: 0,
      state: '',
      texts: new Map(),
      untilMs: 0,
    }
    this.#logs.set(room, log)
    return log
  }

  #append(keys: readonly string[], args: readonly string[]): Reply {
    const [room = '', , fence = '', channel = ''] = keys
    const [life = '', says = '', node = '', operations = '', ttlMs = ''] = args
    const [number = '', mark = ''] = args.slice(7)
    const log = this.#own(room, fence, life, says)
    if (log === undefined || isShort(log, Number(number), mark)) return null
    log.number += 1
    log.atMs = Math.max(log.atMs, this.#unixMs)
    log.mark = `${log.atMs} ${node}`
    const text = `${life} ${log.number} ${log.mark}\n${operations}`
    log.texts.set(log.number, text)
    log.texts.delete(log.number - this.keep)
    this.#keep(log, fence, says, ttlMs)
    for (const listener of this.#listeners.get(channel) ?? []) listener(text)
    return [String(log.number), String(log.atMs)]
  }

  #read([room = '']: readonly string[], args: readonly string[]): Reply {
    const [life = '', from = '', page = ''] = args
    const log = this.#log(room)
    if (log === undefined || String(log.life) !== life) return null
    return batches(log, Number(from), Number(page))
  }

  #checkpoint([room = '']: readonly string[], args: readonly string[]): Reply {
    const [life = '', number = '', state = ''] = args
    const log = this.#log(room)
    const upTo = Number(number)
    if (log === undefined || String(log.life) !== life) return 0
    if (upTo > log.number || upTo <= log.checkpoint) return 0
    log.checkpoint = upTo
    log.state = state
    for (const each of log.texts.keys()) if (each <= upTo) log.texts.delete(each)
    return 1
  }

  #discard([room = '']: readonly string[], [life = '', ttlMs = '']: readonly string[]): Reply {
    if (String(this.#log(room)?.life) !== life) return 0
    const log = this.#make(room, '0', '0')
    log.untilMs = this.#unixMs + Number(ttlMs)
    return 1
  }

  #hold(keys: readonly string[], args: readonly string[]): Reply {
    const [room = '', , fence = ''] = keys
    const [life = '', says = '', ttlMs = '', number = '', mark = ''] = args
    const log = this.#own(room, fence, life, says)
    if (log === undefined) return null
    if (forgot(log, Number(number), mark)) return null
    this.#keep(log, fence, says, ttlMs)
    return String(log.number)
  }

  #pulse(args: readonly string[]): Reply {
    const [node = '', newEpoch = '', leaseMs = '', mayForget = ''] = args
    this.#epoch ??= newEpoch
    const nowMs = this.#unixMs
    this.#leases.set(node, nowMs + Number(leaseMs))
    for (const [each, untilMs] of this.#leases) {
      if (mayForget === '1' && untilMs <= nowMs - FORGET_LEASE_MS) this.#leases.delete(each)
    }
    const leases = [...this.#leases].flatMap(([each, untilMs]) => [each, String(untilMs - nowMs)])
    return [this.#epoch, SERVER, ...leases]
  }

  #log(room: string): Log | undefined {
    const log = this.#logs.get(room)
    if (log !== undefined && log.untilMs < this.#unixMs) this.#logs.delete(room)
    return this.#logs.get(room)
  }

  /** Returns the log that a node started in, if its fence is still valid. */
  #own(room: string, fence: string, life: string, says: string): Log | undefined {
    const log = this.#log(room)
    return String(log?.life) === life && this.#fence(fence) === says ? log : undefined
  }

  #fence(fence: string): string | undefined {
    const known = this.#fences.get(fence)
    return known !== undefined && known.untilMs >= this.#unixMs ? known.says : undefined
  }

  #keep(log: Log, fence: string, says: string, ttlMs: string): void {
    log.untilMs = this.#unixMs + Number(ttlMs)
    this.#fences.set(fence, { says, untilMs: log.untilMs })
  }
}

/** Whether a log lacks batches after its checkpoint. */
function isCut(log: Log): boolean {
  return log.number > log.checkpoint && !log.texts.has(log.checkpoint + 1)
}

/** Whether a log ends before a batch that a node knows, or ends with a different batch. */
function isShort(log: Log, known: number, mark: string): boolean {
  return log.number < known || (log.number === known && mark !== '' && log.mark !== mark)
}

/** Whether a log has lost a batch that a node knows, even if another batch has its number now. */
function forgot(log: Log, known: number, mark: string): boolean {
  if (log.number < known) return true
  if (known === 0 || mark === '') return false
  if (log.number === known) return log.mark !== mark
  const text = log.texts.get(known)
  return text !== undefined && !text.split('\n')[0]!.endsWith(` ${mark}`)
}

function batches(log: Log, from: number, most: number): string[] {
  const texts: string[] = []
  for (let number = Math.max(from, first(log)); texts.length < most; number++) {
    const text = log.texts.get(number)
    if (text === undefined) break
    texts.push(text)
  }
  return texts
}

function first(log: Log): number {
  const [number = Infinity] = log.texts.keys()
  return number
}
