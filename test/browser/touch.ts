import type { CDPSession, Page } from 'playwright-core'

interface Point {
  readonly x: number
  readonly y: number
}

export type TouchKind = 'touchStart' | 'touchMove' | 'touchEnd'

/** Fingers on a page, also while the mouse does something else. */
export class Touch {
  readonly #session: CDPSession

  private constructor(session: CDPSession) {
    this.#session = session
  }

  static async of(page: Page): Promise<Touch> {
    return new Touch(await page.context().newCDPSession(page))
  }

  /** Sends one event with all fingers that are down, which says when it was, however slow the machine is. */
  async send(type: TouchKind, points: readonly Point[] = [], timeMs = Date.now()): Promise<void> {
    const touchPoints = points.map((point, id) => ({ ...point, id }))
    const timestamp = timeMs / 1_000
    await this.#session.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp })
  }

  /** Puts a finger down, moves it in a few steps, and lifts it. */
  async drag({ x, y }: Point, by: Point, steps = 4): Promise<void> {
    await this.send('touchStart', [{ x, y }])
    for (let at = 1; at <= steps; at++)
      await this.send('touchMove', [{ x: x + (by.x * at) / steps, y: y + (by.y * at) / steps }])
    await this.send('touchEnd')
  }
}
