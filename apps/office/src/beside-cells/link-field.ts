import type { CellTexts } from './texts.js'
import { whenLeft } from './when-left.js'

/** A field for where a cell leads. Enter writes it, and Escape or a click elsewhere leaves it as it was. */
export class LinkField {
  readonly element = document.createElement('div')
  readonly #input = document.createElement('input')
  readonly #fault = document.createElement('p')
  #isOpen = true

  /**
   * @param read returns `undefined` for what isn't a link
   * @param whenDone called once with what was typed, or `null` to leave the link as it was
   */
  constructor(
    before: string,
    label: string,
    texts: CellTexts,
    read: (typed: string) => object | undefined,
    whenDone: (typed: string | null, isByKey: boolean) => void,
  ) {
    const input = this.#input
    input.value = before
    input.ariaLabel = label
    input.placeholder = texts.writeLink
    this.#fault.role = 'alert'
    this.element.append(input, this.#fault)
    const end = (typed: string | null, isByKey: boolean) => {
      if (!this.#isOpen) return
      this.#isOpen = false
      whenDone(typed, isByKey)
    }
    input.addEventListener('keydown', (event) => {
      // The grid has keys of its own.
      event.stopPropagation()
      const isEnter = event.key === 'Enter'
      if (!isEnter && event.key !== 'Escape' && event.key !== 'Tab') return
      event.preventDefault()
      const typed = input.value
      const isLink = typed.trim() === '' || read(typed) !== undefined
      if (isEnter && !isLink) this.#fault.textContent = texts.notALink
      else end(isEnter ? typed : null, true)
    })
    whenLeft(input, () => end(null, false))
  }

  focus(): void {
    this.#input.focus()
    this.#input.select()
  }
}
