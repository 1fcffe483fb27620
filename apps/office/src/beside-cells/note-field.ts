import { formatNumber } from '../language/formats.js'
import type { CellTexts } from './texts.js'
import { whenLeft } from './when-left.js'

/** A field for the text of a note, which ends with Escape, Ctrl+Enter or a click elsewhere. */
export class NoteField {
  readonly element = document.createElement('div')
  readonly #field = document.createElement('textarea')
  #isOpen = true

  /** @param whenDone called once with the text; `isByKey` tells whether the focus is still here */
  constructor(
    text: string,
    mostCharacters: number,
    label: string,
    { writeNote, noteFull }: CellTexts,
    whenDone: (text: string, isByKey: boolean) => void,
  ) {
    const field = this.#field
    field.value = text
    field.ariaLabel = label
    field.placeholder = writeNote
    field.maxLength = mostCharacters
    const fault = document.createElement('p')
    fault.role = 'alert'
    this.element.append(field, fault)
    field.addEventListener('input', () => {
      // A browser cuts what is pasted without a word.
      const isFull = field.value.length >= mostCharacters
      fault.textContent = isFull ? noteFull(formatNumber(mostCharacters)) : ''
    })
    const end = (isByKey: boolean) => {
      if (!this.#isOpen) return
      this.#isOpen = false
      whenDone(field.value, isByKey)
    }
    field.addEventListener('keydown', (event) => {
      // The grid has keys of its own.
      event.stopPropagation()
      const isEnd = event.key === 'Escape' || event.key === 'Tab' || isSent(event)
      if (!isEnd) return
      event.preventDefault()
      end(true)
    })
    whenLeft(field, () => end(false))
  }

  focus(): void {
    this.#field.focus()
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length)
  }
}

const isSent = ({ key, ctrlKey, metaKey }: KeyboardEvent): boolean =>
  key === 'Enter' && (ctrlKey || metaKey)
