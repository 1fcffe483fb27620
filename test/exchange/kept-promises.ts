import type { KeptPromise } from '../../packages/server/src/exchange/exchange.js'

/** The promises that exchanges within one process keep. */
export class KeptPromises {
  readonly #kept = new Map<string, { readonly withinMs: number; readonly untilMs: number }>()

  /** @param now returns the time in ms */
  constructor(private readonly now: () => number = () => performance.now()) {}

  keep(name: string, withinMs: number): void {
    this.#kept.set(name, { withinMs, untilMs: this.now() + withinMs })
  }

  read(name: string): KeptPromise | undefined {
    const kept = this.#kept.get(name)
    const leftMs = (kept?.untilMs ?? 0) - this.now()
    return kept !== undefined && leftMs > 0 ? { withinMs: kept.withinMs, leftMs } : undefined
  }
}
