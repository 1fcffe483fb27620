import { callSafely } from '../store.js'

type Events = { readonly [name: string]: readonly unknown[] }
type Listener<Said extends readonly unknown[]> = (...said: Said) => void

/** Events by name, each with what its listeners are called with. */
export class Emitter<All extends Events> {
  readonly #listeners: { [Name in keyof All]?: Set<Listener<All[Name]>> } = {}

  on<Name extends keyof All>(name: Name, listener: Listener<All[Name]>): void {
    const listeners = this.#listeners[name] ?? new Set()
    this.#listeners[name] = listeners.add(listener)
  }

  off<Name extends keyof All>(name: Name, listener: Listener<All[Name]>): void {
    this.#listeners[name]?.delete(listener)
  }

  /** Calls every listener, also when one before it throws. */
  protected emit<Name extends keyof All>(name: Name, ...said: All[Name]): void {
    for (const listener of this.#listeners[name] ?? []) callSafely(() => listener(...said))
  }
}
