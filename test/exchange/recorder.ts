import type {
  Batch,
  Exchange,
  Follower,
  Following,
  History,
} from '../../packages/server/src/exchange/exchange.js'
import { within } from 'whereabouts-conformance/deadline'

/** Longer than a lease and the consequences of its end. */
export const PATIENCE_MS = 15_000

/** Follows a room and records all events. The room's state is the list of all operations. */
export class Recorder implements Follower<string> {
  readonly begins: History[] = []
  /** The batches since the last `begin`. */
  batches: Batch<string>[] = []
  /** The number of batches that arrived together with `begin`. */
  caughtUp = 0
  state: string[] = []
  readonly faults: unknown[] = []
  losses = 0
  lossesAtBegin = 0
  following!: Following<string>
  batchIntervalMs: () => number = () => 0
  onBegin: () => void = () => {}
  onBatch: (batch: Batch<string>) => void = () => {}
  #waiting: (() => void)[] = []

  static follow(exchange: Exchange<string>, room: string): Recorder {
    const recorder = new Recorder()
    recorder.following = exchange.follow(room, recorder)
    return recorder
  }

  static async begun(exchange: Exchange<string>, room: string): Promise<Recorder> {
    const recorder = Recorder.follow(exchange, room)
    await recorder.until('begun', () => recorder.begins.length > 0)
    return recorder
  }

  get history(): History {
    return this.begins.at(-1)!
  }

  get numbers(): number[] {
    return this.batches.map(({ number }) => number)
  }

  begin(history: History): void {
    this.begins.push(history)
    this.lossesAtBegin = this.losses
    this.batches = []
    const { checkpoint } = history
    this.state = checkpoint === null ? [] : (JSON.parse(checkpoint.state) as string[])
    this.onBegin()
    queueMicrotask(() => {
      this.caughtUp = this.batches.length
    })
    this.#changed()
  }

  batch(batch: Batch<string>): void {
    this.batches.push(batch)
    this.state.push(...(batch.operations as string[]))
    this.onBatch(batch)
    this.#changed()
  }

  lost(): void {
    this.losses += 1
    this.#changed()
  }

  broken(error: unknown): void {
    this.faults.push(error)
    this.#changed()
  }

  append(...operations: string[]): Promise<number> {
    return this.following.append(operations)
  }

  checkpoint(): Promise<void> {
    return this.following.checkpoint(this.#last, JSON.stringify(this.state))
  }

  /** Waits for a condition, and checks it after each event. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      const look = () => {
        if (isSo()) resolve()
        else this.#waiting.push(look)
      }
      look()
    })
    await within(reached, what, PATIENCE_MS)
  }

  async has(operation: string): Promise<void> {
    await this.until(operation, () => this.state.includes(operation))
  }

  /** Waits until the room has started this many times. */
  async beganAgain(times: number): Promise<void> {
    await this.until(`begun ${times} times`, () => this.begins.length >= times)
  }

  get #last(): number {
    return this.batches.at(-1)?.number ?? this.history.checkpoint?.number ?? 0
  }

  #changed(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const look of waiting) look()
  }
}
