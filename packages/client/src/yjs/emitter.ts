import { callSafely } from '../store.js'

type Events = { readonly [name: string]: readonly unknown[] }
type Listener<Said extends readonly unknown[]> = (...said: Said) => void

/** Events by name, each with what its listeners are called with, as `ObservableV2` of lib0 has them. */
export class Emitter<All extends Events> {
  #listeners: { [Name in keyof All]?: Set<Listener<All[Name]>> } = {}

  on<Name extends keyof All>(name: Name, listener: Listener<All[Name]>): Listener<All[Name]> {
    const listeners = this.#listeners[name] ?? new Set()
    this.#listeners[name] = listeners.add(listener)
    return listener
  }

  /** Like `on`, for the next time alone. */
  once<Name extends keyof All>(name: Name, listener: Listener<All[Name]>): void {
    const call = this.on(name, (...said) => {
      this.off(name, call)
      listener(...said)
    })
  }

  off<Name extends keyof All>(name: Name, listener: Listener<All[Name]>): void {
    this.#listeners[name]?.delete(listener)
  }

  /** Calls everybody who listens now, also when one before throws. */
  emit<Name extends keyof All>(name: Name, said: All[Name]): void {
    // Those who listen now, whoever comes or goes meanwhile.
    const listeners = Array.from(this.#listeners[name] ?? [])
    for (const listener of listeners) callSafely(() => listener(...said))
  }

  /** Nobody listens any more. */
  protected forgetListeners(): void {
    this.#listeners = {}
  }
}
