import { callSafely } from '../store.js'

type Events = { readonly [name: string]: readonly unknown[] }
type Listener<Args extends readonly unknown[]> = (...args: Args) => void

/** A typed event emitter with the methods of lib0's `ObservableV2`. */
export class Emitter<All extends Events> {
  #listeners: { [Name in keyof All]?: Set<Listener<All[Name]>> } = {}

  on<Name extends keyof All>(name: Name, listener: Listener<All[Name]>): Listener<All[Name]> {
    const listeners = this.#listeners[name] ?? new Set()
    this.#listeners[name] = listeners.add(listener)
    return listener
  }

  /** Calls the listener for the next event only. */
  once<Name extends keyof All>(name: Name, listener: Listener<All[Name]>): void {
    const call = this.on(name, (...args) => {
      this.off(name, call)
      listener(...args)
    })
  }

  off<Name extends keyof All>(name: Name, listener: Listener<All[Name]>): void {
    this.#listeners[name]?.delete(listener)
  }

  /** Calls every listener, even if one throws. */
  emit<Name extends keyof All>(name: Name, args: [...All[Name]]): void {
    // A copy: listeners may come and go while they are called.
    const listeners = Array.from(this.#listeners[name] ?? [])
    for (const listener of listeners) callSafely(() => listener(...args))
  }

  /** Removes all listeners. */
  protected removeListeners(): void {
    this.#listeners = {}
  }
}
