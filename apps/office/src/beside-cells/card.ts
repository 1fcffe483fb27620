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
  #shown: string | null = null

  constructor() {
    this.#element.className = 'cell-card'
    this.#element.hidden = true
    // What a screen reader says when a cell is reached by keyboard.
    this.#element.ariaLive = 'polite'
    this.#element.role = 'note'
    document.body.append(this.#element)
  }

  /**
   * Shows texts and elements; the mouse goes through what only passes.
   *
   * @param id of what is shown: the same is left as it is; without one it is a field
   */
  show(
    content: readonly (string | HTMLElement)[],
    label: string,
    isPassing: boolean,
    id: string | null = null,
  ): void {
    const element = this.#element
    element.ariaLabel = label
    element.toggleAttribute('data-passing', isPassing)
    element.toggleAttribute('data-open', id === null)
    if (id !== null && id === this.#shown) return
    this.#shown = id
    element.replaceChildren(...content)
  }

  /** Puts it beside a cell, on the side where it fits; out of sight without a cell. */
  place(box: Box | undefined): void {
    const element = this.#element
    element.hidden = box === undefined
    if (box === undefined) return
    const { offsetWidth: width, offsetHeight: height, scrollHeight, clientHeight } = element
    element.toggleAttribute('data-scrolled', scrollHeight > clientHeight)
    const right = box.left + box.width + GAP
    const fits = right + width + EDGE <= innerWidth
    const left = fits ? right : box.left - GAP - width
    const top = Math.min(box.top, innerHeight - height - EDGE)
    element.style.left = `${Math.max(EDGE, left)}px`
    element.style.top = `${Math.max(EDGE, top)}px`
  }

  hide(): void {
    this.#element.hidden = true
    this.#shown = null
    this.#element.replaceChildren()
  }
}
