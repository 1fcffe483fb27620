/** A rectangle in pixels of the window, from the upper left corner of the grid. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/**
 * A part of the grid that scrolls by itself: one without frozen rows and columns, up to four with
 * them.
 */
export interface Pane {
  readonly name: string
  /** What of the window it fills. */
  readonly box: Box
  /** What of the sheet is scrolled away, in pixels of the sheet (before zooming). */
  readonly scroll: { readonly x: number; readonly y: number }
}

/** A rectangle in pixels of the sheet, before zooming, from the corner of the headers. */
export interface Area {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/**
 * Where an area of the sheet is within a pane, from the pane's own corner; `undefined` if nothing
 * of it is in sight there.
 *
 * @see PROTOCOL.md SH2
 */
export function placeInPane(area: Area, { box, scroll }: Pane, zoom: number): Box | undefined {
  const left = (area.left - scroll.x) * zoom - box.left
  const top = (area.top - scroll.y) * zoom - box.top
  const width = (area.right - area.left) * zoom
  const height = (area.bottom - area.top) * zoom
  const isHidden = width <= 0 || height <= 0
  const isOutside = left >= box.width || top >= box.height || left + width <= 0 || top + height <= 0
  return isHidden || isOutside ? undefined : { left, top, width, height }
}
