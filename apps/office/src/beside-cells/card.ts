import './card.css'

/** Where a cell is in the window, in pixels. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const GAP = 6
const EDGE = 8

/** A card beside a cell. */
export class Card {
  readonly #element = document.createElement('div')

  constructor() {
    this.#element.className = 'cell-card'
    this.#element.hidden = true
    // What a screen reader says when a cell is reached by keyboard.
    this.#element.ariaLive = 'polite'
    this.#element.role = 'note'
    document.body.append(this.#element)
  }

  /** Shows a text, or an element that is edited; the mouse goes through what only passes. */
  show(content: string | HTMLElement, label: string, isPassing: boolean): void {
    const element = this.#element
    element.ariaLabel = label
    element.toggleAttribute('data-passing', isPassing)
    const isShown = typeof content === 'string' ? element.textContent === content : false
    if (isShown && element.firstElementChild === null) return
    element.replaceChildren(content)
  }

  /** Puts it beside a cell, on the side where it fits; out of sight without a cell. */
  place(box: Box | undefined): void {
    const element = this.#element
    element.hidden = box === undefined
    if (box === undefined) return
    const { offsetWidth: width, offsetHeight: height } = element
    const right = box.left + box.width + GAP
    const fits = right + width + EDGE <= innerWidth
    const left = fits ? right : box.left - GAP - width
    const top = Math.min(box.top, innerHeight - height - EDGE)
    element.style.left = `${Math.max(EDGE, left)}px`
    element.style.top = `${Math.max(EDGE, top)}px`
  }

  hide(): void {
    this.#element.hidden = true
    this.#element.replaceChildren()
  }
}
