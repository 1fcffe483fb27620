import { LIMITS } from '@whereabouts/univer/document'

/** A field for the text of a note, which ends with Escape, Ctrl+Enter or a click elsewhere. */
export class NoteField {
  readonly element = document.createElement('textarea')
  #isOpen = true

  /** @param whenDone called once with the text; `isByKey` tells whether the focus is still here */
  constructor(
    text: string,
    { label, placeholder }: { readonly label: string; readonly placeholder: string },
    whenDone: (text: string, isByKey: boolean) => void,
  ) {
    const field = this.element
    field.value = text
    field.ariaLabel = label
    field.placeholder = placeholder
    field.maxLength = LIMITS.noteCharacters
    const end = (isByKey: boolean) => {
      if (!this.#isOpen) return
      this.#isOpen = false
      whenDone(field.value, isByKey)
    }
    field.addEventListener('keydown', (event) => {
      // The grid has keys of its own.
      event.stopPropagation()
      if (event.isComposing) return
      const isEnd = event.key === 'Escape' || event.key === 'Tab' || isSent(event)
      if (!isEnd) return
      event.preventDefault()
      end(true)
    })
    field.addEventListener('blur', () => end(false))
  }

  focus(): void {
    this.element.focus()
    this.element.setSelectionRange(this.element.value.length, this.element.value.length)
  }
}

const isSent = ({ key, ctrlKey, metaKey }: KeyboardEvent): boolean =>
  key === 'Enter' && (ctrlKey || metaKey)
