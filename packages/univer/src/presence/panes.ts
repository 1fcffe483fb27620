/** A rectangle in window pixels, relative to the upper left corner of the grid. */
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
  /** The part of the window that the pane fills. */
  readonly box: Box
  /** How far the sheet is scrolled, in pixels of the sheet (before zooming). */
  readonly scroll: { readonly x: number; readonly y: number }
}

/** A rectangle in pixels of the sheet, before zooming, relative to the corner of the headers. */
export interface Area {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** How far a rectangle reaches beyond each edge of its pane, in pixels. */
export interface Cut {
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

/** Where a cell's name tags are; `hidden` if they would cover the cell itself. */
export type TagPlace = 'above' | 'below' | 'hidden'

/** The surroundings of a cell that name tags may cover. */
export interface Surroundings {
  /** Whether only the headers are above the pane. */
  readonly isTopPane: boolean
  /** Whether there is no data above or below the cell. */
  readonly isFreeAbove: boolean
  readonly isFreeBelow: boolean
}

/**
 * Returns where an area of the sheet is within a pane, relative to the pane; `undefined` if it is
 * out of sight. A hidden area has no height or no width, and is where it would be.
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

/** Returns how much of a rectangle is clipped at the edges of its pane. */
export function cutOff({ left, top, width, height }: Box, pane: Box): Cut {
  return {
    top: Math.max(0, -top),
    right: Math.max(0, left + width - pane.width),
    bottom: Math.max(0, top + height - pane.height),
    left: Math.max(0, -left),
  }
}

/**
 * Returns where a cell's tags cover the least: no data if possible, and never the cell itself.
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
  // Above the first visible row are the headers or the last frozen row, not the row before it.
  const canBeAbove = cut.top === 0 && (!isFirst || isTopPane)
  const canBeBelow = cut.bottom === 0
  if (canBeAbove && (isFreeAbove || isFirst)) return 'above'
  if (canBeBelow && isFreeBelow) return 'below'
  if (canBeAbove) return 'above'
  return canBeBelow ? 'below' : 'hidden'
}
