import { expect } from 'vitest'
import type { Json } from '@whereabouts/protocol'
import type { Driver } from './webdriver.js'

/** The keys that have a name. @see https://www.w3.org/TR/webdriver2/#keyboard-actions */
const KEYS: { readonly [name: string]: string } = {
  Control: '\u{E009}',
  Shift: '\u{E008}',
  Enter: '\u{E007}',
  Escape: '\u{E00C}',
  Home: '\u{E011}',
  End: '\u{E010}',
}

/** How long something may take to be seen; these browsers are slower than Chromium. */
const SEEN_MS = 30_000

/** A window on the office in another browser than Chromium. */
export class OtherWindow {
  constructor(private readonly driver: Driver) {}

  /** Calls a function in the page. */
  run<T, Args extends readonly Json[]>(what: (...args: Args) => T, ...args: Args): Promise<T> {
    const called = this.driver.call(String(what), JSON.stringify(args))
    return called.then((value) => JSON.parse(value) as T)
  }

  /** Opens an address as somebody. */
  async open(
    url: string,
    person: { readonly name: string; readonly color: string },
  ): Promise<void> {
    await this.driver.goto(url)
    const isSaved = await this.run((saved) => {
      const was = localStorage.getItem('whereabouts:person')
      localStorage.setItem('whereabouts:person', saved)
      return was === saved
    }, JSON.stringify(person))
    if (!isSaved) await this.driver.goto(url)
  }

  goto(url: string): Promise<void> {
    return this.driver.goto(url)
  }

  async untilOpen(): Promise<void> {
    await this.until(() => document.querySelector('main[aria-busy="false"]') !== null)
  }

  /** Resolves when a condition holds in the page. */
  async until<Args extends readonly Json[]>(
    what: (...args: Args) => boolean,
    ...args: Args
  ): Promise<void> {
    await expect
      .poll(() => this.run(what, ...args), { timeout: SEEN_MS, message: String(what) })
      .toBe(true)
  }

  async untilSaved(): Promise<void> {
    await this.until(() => document.querySelector('.saving[data-saving="saved"]') !== null)
  }

  /** The text of the page without the carets of others. */
  written(): Promise<string> {
    return this.run(() => {
      const copy = document.querySelector('[role="textbox"][aria-label="Page"]')!.cloneNode(true)
      const caretsOf = (copy as Element).querySelectorAll('.caret')
      for (const caret of caretsOf) caret.remove()
      return [...(copy as Element).children].map((block) => block.textContent).join('\n')
    })
  }

  async reads(text: string | RegExp): Promise<void> {
    await expect.poll(() => this.written(), { timeout: SEEN_MS }).toMatch(text)
  }

  /** Clicks on what has a name that begins so: a link, a button or a field. */
  async click(name: string): Promise<void> {
    const point = () =>
      this.run((wanted) => {
        const all = document.querySelectorAll<HTMLElement>('a, button, [role="textbox"]')
        const found = [...all].find(
          (each) => (each.ariaLabel ?? each.textContent).startsWith(wanted) && each.offsetWidth > 0,
        )
        if (found === undefined) return null
        const { left, top, width, height } = found.getBoundingClientRect()
        return { x: Math.round(left + width / 2), y: Math.round(top + Math.min(height / 2, 60)) }
      }, name)
    await expect.poll(point, { timeout: SEEN_MS, message: name }).not.toBe(null)
    await this.clickAt((await point())!)
  }

  async clickAt({ x, y }: { readonly x: number; readonly y: number }): Promise<void> {
    const actions = [
      { type: 'pointerMove', x, y },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ]
    await this.driver.perform([
      { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions },
    ])
  }

  async type(text: string): Promise<void> {
    await this.#keys([...text].flatMap((value) => [down(value), up(value)]))
  }

  /** Presses a key with those before it held, such as `Control+z`. */
  async press(combination: string): Promise<void> {
    const keys = combination.split('+').map((key) => KEYS[key] ?? key)
    await this.#keys([...keys.map(down), ...keys.toReversed().map(up)])
  }

  async #keys(actions: readonly object[]): Promise<void> {
    await this.driver.perform([{ type: 'key', id: 'keyboard', actions }])
  }
}

const down = (value: string) => ({ type: 'keyDown', value })
const up = (value: string) => ({ type: 'keyUp', value })
