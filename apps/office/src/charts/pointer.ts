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

/** Has an element be dragged as a whole, or by its corners. */
export function followPointer(element: HTMLElement, { mayMove, zoom, moved }: Dragging): void {
  element.addEventListener('pointerdown', (event) => {
    event.stopPropagation()
    if (event.button !== 0) return
    const target = event.target as HTMLElement
    if (target.closest('button') !== null) return
    // The focus would be lost to what is in the element, such as its drawing.
    event.preventDefault()
    const wasSelected = element.hasAttribute('data-selected')
    element.focus({ preventScroll: true })
    const isTouch = event.pointerType === 'touch'
    // A finger that passes scrolls.
    if (!mayMove() || (isTouch && !wasSelected)) return
    drag(element, event, target.dataset['corner'] ?? null, { mayMove, zoom, moved })
  })
}

function drag(
  element: HTMLElement,
  { clientX, clientY, pointerId }: PointerEvent,
  corner: string | null,
  { zoom, moved }: Dragging,
): void {
  const over = new AbortController()
  const options = { signal: over.signal }
  let hasMoved = false
  element.setPointerCapture(pointerId)
  const by = (event: PointerEvent) => ({
    x: (event.clientX - clientX) / zoom(),
    y: (event.clientY - clientY) / zoom(),
  })
  element.addEventListener(
    'pointermove',
    (event) => {
      const { x, y } = by(event)
      hasMoved ||= Math.hypot(x, y) > STILL_PX
      if (hasMoved) moved({ x, y }, corner, false)
    },
    options,
  )
  const end = (event: PointerEvent) => {
    over.abort()
    if (hasMoved) moved(by(event), corner, true)
  }
  element.addEventListener('pointerup', end, options)
  element.addEventListener(
    'pointercancel',
    () => {
      over.abort()
      if (hasMoved) moved({ x: 0, y: 0 }, corner, true)
    },
    options,
  )
}
