import type { ShownImage } from '@whereabouts/univer/late'
import type { ImageTexts } from './texts.js'

const GAP = 8

/** What can be done with the selected image. */
export interface ImageActions {
  readonly describe: (alt: string) => void
  readonly order: (to: 'front' | 'back') => void
  /** Shows it within its cell, or over the cells again. */
  readonly fit: (isWithin: boolean) => void
  readonly remove: () => void
  /** Gives the image the focus again. */
  readonly back: () => void
}

/** The tools beside the selected image. @see OFFICE.md SH183 */
export class ImageBar {
  readonly element = document.createElement('div')
  readonly #texts: ImageTexts
  readonly #actions: ImageActions
  #image: ShownImage | null = null
  #isDescribing = false

  constructor(texts: ImageTexts, actions: ImageActions) {
    this.#texts = texts
    this.#actions = actions
    const { element } = this
    element.className = 'sheet-image-bar'
    element.role = 'toolbar'
    element.ariaLabel = texts.image
    element.hidden = true
    document.body.append(element)
    element.addEventListener('keydown', (event) => {
      // The grid has keys of its own.
      event.stopPropagation()
      if (event.key !== 'Escape') return
      event.preventDefault()
      this.#isDescribing = false
      if (this.#image === null) actions.back()
      else this.#fill(this.#image)
    })
  }

  /** Shows the tools of an image beside its box; `undefined` hides them. */
  show(image: ShownImage | undefined, box: DOMRect | undefined): void {
    const { element } = this
    if (image === undefined || box === undefined) {
      element.hidden = true
      this.#image = null
      this.#isDescribing = false
      return
    }
    const isOther = this.#image?.id !== image.id || this.#image.isWithin !== image.isWithin
    this.#image = image
    element.hidden = false
    if (isOther) this.#fill(image)
    this.#place(box)
  }

  focus(): void {
    this.element.querySelector<HTMLElement>('button, input')?.focus()
  }

  /** Opens the field for what the image shows. */
  describe(): void {
    const image = this.#image
    if (image === null) return
    this.#isDescribing = true
    const field = document.createElement('input')
    field.value = image.alt
    field.ariaLabel = this.#texts.description
    field.placeholder = this.#texts.description
    field.maxLength = 1_000
    const end = (): void => {
      if (!this.#isDescribing) return
      this.#isDescribing = false
      if (field.value !== image.alt) this.#actions.describe(field.value)
      this.#fill(image)
    }
    field.addEventListener('blur', end)
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return
      event.preventDefault()
      end()
    })
    const before = [...this.element.children]
    this.element.append(field)
    field.focus()
    field.select()
    for (const each of before) each.remove()
  }

  #fill(image: ShownImage): void {
    if (this.#isDescribing) return
    // What is removed while it has the focus leaves that to nobody.
    if (this.element.contains(document.activeElement)) this.#actions.back()
    const { describe, toFront, toBack, fitIntoCell, liftOutOfCell, deleteImage } = this.#texts
    const { order, fit, remove } = this.#actions
    const buttons: readonly (readonly [text: string, act: () => void])[] = [
      [describe, () => this.describe()],
      [toFront, () => order('front')],
      [toBack, () => order('back')],
      [image.isWithin ? liftOutOfCell : fitIntoCell, () => fit(!image.isWithin)],
      [deleteImage, remove],
    ]
    this.element.replaceChildren(...buttons.map(([text, act]) => button(text, act)))
  }

  /** Below the image, or else above it, or at the edge of the window. */
  #place({ left, top, bottom }: DOMRect): void {
    const { offsetWidth: width, offsetHeight: height, style } = this.element
    const isBelow = bottom + GAP + height + GAP <= innerHeight
    const wanted = isBelow ? bottom + GAP : top - GAP - height
    const most = innerHeight - height - GAP
    style.top = `${Math.max(GAP, Math.min(wanted, most))}px`
    style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`
  }
}

function button(text: string, act: () => void): HTMLButtonElement {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = text
  made.addEventListener('click', act)
  return made
}
