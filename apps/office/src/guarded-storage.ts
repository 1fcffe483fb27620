/** What the application uses of a browser's storage. */
type Values = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/**
 * A storage of the browser that may be forbidden or full. It never throws: what the browser doesn't take
 * lasts as long as this window.
 */
export class GuardedStorage implements Values {
  readonly #open: () => Values
  readonly #untaken = new Map<string, string | null>()

  /** @param open returns the storage; a browser that forbids storage throws at this call */
  constructor(open: () => Values) {
    this.#open = open
  }

  readonly getItem = (name: string): string | null => {
    const untaken = this.#untaken.get(name)
    if (untaken !== undefined) return untaken
    try {
      return this.#open().getItem(name)
    } catch {
      return null
    }
  }

  readonly setItem = (name: string, value: string): void =>
    this.#change(name, value, (values) => values.setItem(name, value))

  readonly removeItem = (name: string): void =>
    this.#change(name, null, (values) => values.removeItem(name))

  #change(name: string, value: string | null, change: (values: Values) => void): void {
    try {
      change(this.#open())
      this.#untaken.delete(name)
    } catch {
      this.#untaken.set(name, value)
    }
  }
}

/** What all windows of this browser share. */
export const inBrowser = new GuardedStorage(() => localStorage)

/** What a window keeps through a reload. */
export const inWindow = new GuardedStorage(() => sessionStorage)
