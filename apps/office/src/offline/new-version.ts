import type { Message } from '../../worker/messages.js'
import { finishAll } from './before-reload.js'
import { t } from '../language/language.js'

/** The worker takes a moment; a reload that comes before it gets the same from the server. */
const TAKEN_MS = 2_000

/**
 * The line that says that there is a new version, and takes it when the user says so.
 *
 * @see OFFICE.md OF29
 */
export class NewVersion {
  #line: HTMLElement | undefined
  #waiting: ServiceWorker | null = null

  /** @param waiting the worker of the new version, unless it serves already */
  show(waiting: ServiceWorker | null): void {
    this.#waiting = waiting
    if (this.#line !== undefined) return
    const line = document.createElement('div')
    line.className = 'new-version'
    const said = document.createElement('output')
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'plain'
    button.textContent = t('start.reload')
    button.addEventListener('click', () => {
      button.disabled = true
      // The user may stay when the browser asks.
      void take(this.#waiting).finally(() => {
        button.disabled = false
      })
    })
    line.append(said, button)
    document.body.append(line)
    // A screen reader says what changes in an element that is there.
    said.textContent = t('start.newVersion')
    this.#line = line
  }

  hide(): void {
    this.#line?.remove()
    this.#line = undefined
  }
}

/** Reloads the window; what it alone has is written first, or else the browser asks the user. */
async function take(waiting: ServiceWorker | null): Promise<void> {
  await finishAll()
  if (waiting !== null) {
    const taken = new Promise<void>((resolve) => {
      waiting.addEventListener('statechange', () => resolve(), { once: true })
      setTimeout(resolve, TAKEN_MS)
    })
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no target origin
    waiting.postMessage('take' satisfies Message)
    await taken
  }
  location.reload()
}
