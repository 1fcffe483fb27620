import type { PrintSettings as Stored } from '@whereabouts/univer/document'

/** A size of paper, in millimeters and upright. */
export const PAPERS = {
  a4: { width: 210, height: 297 },
  letter: { width: 215.9, height: 279.4 },
} as const

/** The margins on each side, in millimeters. */
export const MARGINS = { normal: 18, narrow: 8, wide: 25.4, none: 0 } as const

export type PrintSize = Stored['size']

export const SIZES: readonly PrintSize[] = [100, 'width', 'page', 50, 75, 125, 150]

/** What is printed of a sheet, and how. */
export interface PrintSettings extends Omit<Stored, 'area'> {
  /** All cells in use, those that are selected, or those that were printed the last time. */
  readonly area: 'all' | 'selection' | 'kept'
}

/** A page in CSS pixels, and the place for cells on it. */
export interface Sides {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly top: number
  readonly roomWidth: number
  readonly roomHeight: number
  /** The height of what is below the place for cells. */
  readonly bottom: number
}

const PX_PER_MM = 96 / 25.4
/** What a line of text below the cells needs, in millimeters. */
const FOOTER = 12
/** Where people print on Letter. */
const LETTER = new Set(['US', 'CA', 'MX', 'PH', 'CL', 'CO', 'VE', 'CR', 'GT', 'DO', 'PA'])

/** Returns the paper of a country. @param language as a browser names it, such as `en-US` */
export function usualPaper(language: string): PrintSettings['paper'] {
  const [, region = ''] = /-([A-Z]{2})\b/.exec(language) ?? []
  return LETTER.has(region) ? 'letter' : 'a4'
}

/** Returns a page and the place for cells on it. */
export function sidesOf({ paper, isLandscape, margins, hasFooter }: PrintSettings): Sides {
  const upright = PAPERS[paper]
  const [width, height] = isLandscape
    ? [upright.height, upright.width]
    : [upright.width, upright.height]
  const margin = MARGINS[margins]
  const bottom = hasFooter ? Math.max(margin, FOOTER) : margin
  return {
    width: width * PX_PER_MM,
    height: height * PX_PER_MM,
    left: margin * PX_PER_MM,
    top: margin * PX_PER_MM,
    roomWidth: (width - 2 * margin) * PX_PER_MM,
    roomHeight: (height - margin - bottom) * PX_PER_MM,
    bottom: bottom * PX_PER_MM,
  }
}

/** Returns the size of a page as CSS has it. @example '210mm 297mm' */
export function pageSize({ paper, isLandscape }: PrintSettings): string {
  const { width, height } = PAPERS[paper]
  return isLandscape ? `${height}mm ${width}mm` : `${width}mm ${height}mm`
}
