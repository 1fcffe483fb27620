import type { CDPSession, Page } from 'playwright-core'

interface Point {
  readonly x: number
  readonly y: number
}

/** A finger on a page, also while the mouse does something else. */
export class Touch {
  readonly #session: CDPSession

  private constructor(session: CDPSession) {
    this.#session = session
  }

  static async of(page: Page): Promise<Touch> {
    return new Touch(await page.context().newCDPSession(page))
  }

  /** Puts the finger down, moves it in a few steps, and lifts it. */
  async drag({ x, y }: Point, by: Point, steps = 4): Promise<void> {
    await this.#send('touchStart', { x, y })
    for (let at = 1; at <= steps; at++)
      await this.#send('touchMove', { x: x + (by.x * at) / steps, y: y + (by.y * at) / steps })
    await this.#send('touchEnd')
  }

  async #send(type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: Point[]): Promise<void> {
    await this.#session.send('Input.dispatchTouchEvent', { type, touchPoints: points })
  }
}
