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

/** How much of a rectangle is beyond each edge of its pane, in pixels. */
export interface Cut {
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

/** Where the name tags of a cell stand; `hidden` when they would stand on the cell itself. */
export type TagPlace = 'above' | 'below' | 'hidden'

/** What is around a cell, as far as name tags may cover it. */
export interface Surroundings {
  /** Whether nothing but the headers is above the pane. */
  readonly isTopPane: boolean
  /** Whether no data is above the cell, or below it. */
  readonly isFreeAbove: boolean
  readonly isFreeBelow: boolean
}

/**
 * Where an area of the sheet is within a pane, from the pane's own corner; `undefined` if nothing
 * of it is in sight there. What is hidden has no height or no width, and is where it would be.
 *
 * @see OFFICE.md SH2, SH34
 */
export function placeInPane(area: Area, { box, scroll }: Pane, zoom: number): Box | undefined {
  const left = (area.left - scroll.x) * zoom - box.left
  const top = (area.top - scroll.y) * zoom - box.top
  const width = Math.max(0, (area.right - area.left) * zoom)
  const height = Math.max(0, (area.bottom - area.top) * zoom)
  const isBefore = left + Math.max(width, 1) <= 0 || top + Math.max(height, 1) <= 0
  const isOutside = isBefore || left >= box.width || top >= box.height
  return isOutside ? undefined : { left, top, width, height }
}

/** What of a rectangle in a pane is cut off at the edges of the pane. */
export function cutOff({ left, top, width, height }: Box, pane: Box): Cut {
  return {
    top: Math.max(0, -top),
    right: Math.max(0, left + width - pane.width),
    bottom: Math.max(0, top + height - pane.height),
    left: Math.max(0, -left),
  }
}

/**
 * Where the tags of a cell cover least: no data if that can be, and never the cell itself.
 *
 * @see OFFICE.md SH33
 */
export function placeTags(
  box: Box,
  pane: Box,
  { isTopPane, isFreeAbove, isFreeBelow }: Surroundings,
  tagHeight: number,
): TagPlace {
  const cut = cutOff(box, pane)
  const isFirst = box.top < tagHeight
  // Above the first row in sight are the headers, or the last frozen row, which isn't the row above.
  const canBeAbove = cut.top === 0 && (!isFirst || isTopPane)
  const canBeBelow = cut.bottom === 0
  if (canBeAbove && (isFreeAbove || isFirst)) return 'above'
  if (canBeBelow && isFreeBelow) return 'below'
  if (canBeAbove) return 'above'
  return canBeBelow ? 'below' : 'hidden'
}
