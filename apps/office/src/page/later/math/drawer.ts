import { untilLoaded } from '../../../late-part.js'
import type { Drawn, Fault } from './draw.js'
import { TEXTS } from './texts.js'

type Draw = (source: string, isBlock: boolean) => Drawn

/** What is drawn before it is scrolled into view, in pixels. */
const AHEAD = '600px'

interface Waiting {
  readonly source: string
  readonly isBlock: boolean
}

/**
 * Draws the formulas that are in view, so that a page of thousands opens as quickly as any. Until then, and until
 * the part that draws is loaded, a formula shows its source.
 */
export class Drawer {
  #draw: Draw | undefined
  #loading: Promise<void> | undefined
  readonly #waiting = new Map<Element, Waiting>()
  readonly #seen: IntersectionObserver

  constructor(scroller: Element | null) {
    this.#seen = new IntersectionObserver((entries) => void this.#drawSeen(entries), {
      root: scroller,
      rootMargin: AHEAD,
    })
  }

  /** Returns an element that shows a formula. */
  show(source: string, isBlock: boolean): HTMLElement {
    const element = document.createElement('span')
    element.className = 'math-drawn'
    if (source.trim() === '') {
      element.classList.add('empty')
      element.textContent = TEXTS.empty
    } else {
      element.textContent = source
      this.#waiting.set(element, { source, isBlock })
      this.#seen.observe(element)
      // Paper doesn't wait, so what draws is there as soon as there is a formula anywhere.
      this.#loading ??= this.#load()
    }
    return element
  }

  /** Forgets an element that isn't shown any more. */
  drop(element: Element): void {
    this.#seen.unobserve(element)
    this.#waiting.delete(element)
  }

  /** Draws all that were not in view, such as for paper. */
  readonly drawAll = (): void => {
    for (const element of this.#waiting.keys()) this.#fill(element)
  }

  /** Returns why a formula can't be drawn; `undefined` if it can, or while that isn't known. */
  reasonOf(source: string, isBlock: boolean): string | undefined {
    if (this.#draw === undefined || source.trim() === '') return undefined
    const drawn = this.#draw(source, isBlock)
    return 'fault' in drawn ? describe(drawn.fault) : undefined
  }

  close(): void {
    this.#seen.disconnect()
    this.#waiting.clear()
  }

  async #drawSeen(entries: readonly IntersectionObserverEntry[]): Promise<void> {
    const seen = entries.filter(({ isIntersecting }) => isIntersecting)
    await this.#loading
    for (const { target } of seen) this.#fill(target)
  }

  async #load(): Promise<void> {
    const { draw } = await untilLoaded(() => import('./draw.js'))
    this.#draw = draw
  }

  #fill(element: Element): void {
    const waiting = this.#waiting.get(element)
    if (waiting === undefined || this.#draw === undefined) return
    this.drop(element)
    const drawn = this.#draw(waiting.source, waiting.isBlock)
    if ('element' in drawn) element.replaceChildren(drawn.element)
    else element.replaceChildren(...wrongOf(waiting.source, describe(drawn.fault)))
  }
}

function wrongOf(source: string, why: string): readonly (Node | string)[] {
  const [code, reason] = [document.createElement('code'), document.createElement('span')]
  code.textContent = source
  reason.className = 'math-reason'
  reason.textContent = why
  return [code, ' ', reason]
}

function describe(fault: Fault): string {
  switch (fault.kind) {
    case 'too-long':
      return TEXTS.tooLong(fault.most)
    case 'macro':
      return TEXTS.noMacros(fault.macro)
    case 'too-deep':
      return TEXTS.tooDeep
    case 'syntax': {
      const { message, position } = fault
      return position === undefined ? TEXTS.wrong(message) : TEXTS.wrongAt(position, message)
    }
  }
}
