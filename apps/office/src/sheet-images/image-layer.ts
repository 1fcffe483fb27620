import type { ImageArea, ImageAreas, ImagePane, Images, ShownImage } from '@whereabouts/univer/late'
import { ImageElement } from './image-element.js'
import type { ImageTexts } from './texts.js'

/** Draws the images of the sheet that is shown over its cells, in each of its panes. @see OFFICE.md SH180 */
export class ImageLayer {
  /** Has all images; what is announced is beside them. */
  readonly host = document.createElement('div')
  /** Called when images may be elsewhere in the window. */
  whenDrawn: () => void = () => {}
  readonly #areas: ImageAreas
  readonly #images: Images
  readonly #texts: ImageTexts
  readonly #canEdit: () => boolean
  readonly #panes = new Map<string, HTMLElement>()
  readonly #elements = new Map<string, ImageElement>()
  readonly #told = document.createElement('div')
  #drawn: readonly ImagePane[] = []
  #selected: string | null = null
  #dragged: { readonly id: string; readonly area: ImageArea } | null = null
  #isWaiting = false
  #hasDrawn = false

  constructor(areas: ImageAreas, images: Images, texts: ImageTexts, canEdit: () => boolean) {
    this.#areas = areas
    this.#images = images
    this.#texts = texts
    this.#canEdit = canEdit
    this.host.className = 'sheet-images'
    this.#told.className = 'unseen'
    this.#told.ariaLive = 'polite'
    this.host.append(this.#told)
    areas.canvas.after(this.host)
  }

  /** Draws in the next frame, as many things change at once. */
  readonly drawSoon = (): void => {
    if (this.#isWaiting) return
    this.#isWaiting = true
    requestAnimationFrame(() => {
      this.#isWaiting = false
      this.draw()
    })
  }

  draw(): void {
    const images = this.#images.of(this.#areas.sheet)
    // A sheet without images costs nothing.
    if (images.length === 0 && !this.#hasDrawn) return
    this.#hasDrawn = images.length > 0
    this.#cover()
    this.#drawn = this.#areas.panes(images, (image) => this.areaOf(image))
    this.#drawPanes()
    this.whenDrawn()
  }

  /** The image that has the focus; `undefined` without one, or once it is gone. */
  get selected(): ShownImage | undefined {
    return this.#images.of(this.#areas.sheet).find(({ id }) => id === this.#selected)
  }

  select(id: string | null): void {
    this.#selected = id
    this.draw()
  }

  /** Gives an image the focus; returns whether it is in sight. */
  focus(id: string | undefined = this.#selected ?? undefined): boolean {
    const { element } = this.#first(id) ?? {}
    element?.focus({ preventScroll: true })
    return element !== undefined
  }

  /** Returns where the selected image is in the window; `undefined` if it is out of sight. */
  get box(): DOMRect | undefined {
    return this.#first(this.#selected ?? undefined)?.element.getBoundingClientRect()
  }

  /** Shows an image elsewhere than it is, until it is put there; `null` shows it where it is. */
  drag(dragged: { readonly id: string; readonly area: ImageArea } | null): void {
    this.#dragged = dragged
    this.draw()
  }

  areaOf(image: ShownImage): ImageArea | undefined {
    return this.#dragged?.id === image.id ? this.#dragged.area : this.#areas.of(image)
  }

  /** Says something to a screen reader. */
  tell(text: string): void {
    this.#told.textContent = text
  }

  #first(id: string | undefined): ImageElement | undefined {
    const pane = this.#drawn.find(({ pieces }) => pieces.some(({ image }) => image.id === id))
    return pane && this.#elements.get(`${pane.name}/${id}`)
  }

  #cover(): void {
    const { offsetLeft, offsetTop, clientWidth, clientHeight } = this.#areas.canvas
    const { style } = this.host
    style.left = `${offsetLeft}px`
    style.top = `${offsetTop}px`
    style.width = `${clientWidth}px`
    style.height = `${clientHeight}px`
  }

  #drawPanes(): void {
    const kept = new Set<string>()
    const seen = new Set<string>()
    for (const { name, box, pieces } of this.#drawn) {
      const pane = this.#pane(name)
      pane.style.left = `${box.left}px`
      pane.style.top = `${box.top}px`
      pane.style.width = `${box.width}px`
      pane.style.height = `${box.height}px`
      for (const [at, { image, box: place }] of pieces.entries()) {
        const key = `${name}/${image.id}`
        kept.add(key)
        const drawn = this.#element(key, image.id)
        drawn.show(image, place, this.#lookOf(image, !seen.has(image.id)))
        seen.add(image.id)
        // Moving an element takes the focus from it.
        if (pane.children[at] !== drawn.element) this.#insert(pane, drawn.element, at)
      }
    }
    for (const [key, { element }] of this.#elements) {
      if (kept.has(key)) continue
      this.#elements.delete(key)
      // One that has the focus loses it by this, so that all are drawn again meanwhile.
      element.remove()
    }
  }

  #insert(pane: HTMLElement, element: HTMLElement, at: number): void {
    const hadFocus = document.activeElement === element
    pane.insertBefore(element, pane.children[at] ?? null)
    if (hadFocus) element.focus({ preventScroll: true })
  }

  #lookOf(image: ShownImage, isFirst: boolean) {
    const { alt, id } = image
    return {
      label: alt === '' ? this.#texts.image : this.#texts.imageOf(alt),
      isSelected: this.#selected === id,
      isMovable: this.#canEdit(),
      isFirst,
    }
  }

  #pane(name: string): HTMLElement {
    const known = this.#panes.get(name)
    if (known !== undefined) return known
    const pane = document.createElement('div')
    this.#panes.set(name, pane)
    this.host.append(pane)
    return pane
  }

  #element(key: string, id: string): ImageElement {
    const known = this.#elements.get(key)
    if (known !== undefined) return known
    const made = new ImageElement(id)
    this.#elements.set(key, made)
    return made
  }
}
