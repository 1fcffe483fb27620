/** What happens when something that floats is dragged. */
export interface Dragging {
  readonly mayMove: () => boolean
  readonly zoom: () => number
  /** @param corner the corner that is dragged; `null` for the whole */
  readonly moved: (
    by: { readonly x: number; readonly y: number },
    corner: string | null,
    isOver: boolean,
  ) => void
}

/** A hand isn't steady. */
const STILL_PX = 3

/** Has elements be dragged as a whole, or by their corners: one at a time, by one pointer. @see OFFICE.md SH212 */
export class PointerDrag {
  #isDragging = false

  follow(element: HTMLElement, dragging: Dragging): void {
    element.addEventListener('pointerdown', (event) => {
      event.stopPropagation()
      if (event.button !== 0) return
      const target = event.target as HTMLElement
      if (target.closest('button') !== null) return
      // The focus would be lost to what is in the element, such as its drawing.
      event.preventDefault()
      if (this.#isDragging) return
      const wasSelected = element.hasAttribute('data-selected')
      element.focus({ preventScroll: true })
      const isTouch = event.pointerType === 'touch'
      // A finger that passes scrolls.
      if (!dragging.mayMove() || (isTouch && !wasSelected)) return
      this.#drag(element, event, target.dataset['corner'] ?? null, dragging)
    })
  }

  #drag(
    element: HTMLElement,
    { clientX, clientY, pointerId }: PointerEvent,
    corner: string | null,
    { zoom, moved }: Dragging,
  ): void {
    element.setPointerCapture(pointerId)
    this.#isDragging = true
    const over = new AbortController()
    let hasMoved = false
    const by = (event: PointerEvent) => ({
      x: (event.clientX - clientX) / zoom(),
      y: (event.clientY - clientY) / zoom(),
    })
    const end = (at: { readonly x: number; readonly y: number }) => {
      over.abort()
      this.#isDragging = false
      if (hasMoved) moved(at, corner, true)
    }
    const hear = (type: PointerType, act: (event: PointerEvent) => void) => {
      // What is dragged may be removed meanwhile, and hears nothing from then on.
      addEventListener(type, (event) => event.pointerId === pointerId && act(event), {
        capture: true,
        signal: over.signal,
      })
    }
    hear('pointermove', (event) => {
      const { x, y } = by(event)
      hasMoved ||= Math.hypot(x, y) > STILL_PX
      if (hasMoved) moved({ x, y }, corner, false)
    })
    hear('pointerup', (event) => end(by(event)))
    hear('pointercancel', () => end({ x: 0, y: 0 }))
  }
}

type PointerType = 'pointermove' | 'pointerup' | 'pointercancel'
