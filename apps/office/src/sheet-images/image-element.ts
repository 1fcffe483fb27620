import type { ImageBox, ShownImage } from '@whereabouts/univer/late'

/** The corners by which an image is resized. */
export type Corner = 'nw' | 'ne' | 'sw' | 'se'

const CORNERS: readonly Corner[] = ['nw', 'ne', 'sw', 'se']

/** How an image looks at the moment. */
export interface ImageLook {
  readonly label: string
  readonly isSelected: boolean
  readonly isMovable: boolean
  /** Whether this is the part of the image that the keyboard and screen readers reach. */
  readonly isFirst: boolean
}

/** An image in a pane of the grid. */
export class ImageElement {
  readonly element = document.createElement('div')
  readonly #picture = document.createElement('img')

  constructor(id: string) {
    const { element } = this
    element.className = 'sheet-image'
    element.dataset['image'] = id
    element.setAttribute('aria-describedby', 'sheet-image-hint')
    this.#picture.alt = ''
    this.#picture.draggable = false
    this.#picture.decoding = 'async'
    const handles = CORNERS.map((corner) => {
      const handle = document.createElement('i')
      handle.dataset['corner'] = corner
      return handle
    })
    element.append(this.#picture, ...handles)
  }

  show({ source, isWithin }: ShownImage, box: ImageBox, look: ImageLook): void {
    const { element } = this
    // Setting the same source again decodes it again.
    if (this.#picture.src !== source) this.#picture.src = source
    element.style.left = `${box.left}px`
    element.style.top = `${box.top}px`
    element.style.width = `${box.width}px`
    element.style.height = `${box.height}px`
    element.toggleAttribute('data-within', isWithin)
    element.toggleAttribute('data-selected', look.isSelected)
    element.toggleAttribute('data-movable', look.isMovable)
    element.role = look.isMovable ? 'button' : 'img'
    element.ariaLabel = look.label
    element.tabIndex = look.isFirst ? 0 : -1
    if (look.isFirst) element.removeAttribute('aria-hidden')
    else element.ariaHidden = 'true'
  }
}
