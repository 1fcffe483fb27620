import type { PrintSettings } from '../document/print-settings.js'
import type { ChartOptions, FloatingPlace, FloatingSize } from '../charts/chart.js'
import type { CellRange } from '../document/cells.js'
import type { ImageCell, ImageSize } from '../document/images.js'
import type { SheetSnapshot } from '../document/index.js'

/** A sheet as a file has it: a sheet of the document without its id. */
export interface FileSheet extends Omit<SheetSnapshot, 'id'> {
  /** The names that belong to the sheet, and in the first sheet those of the workbook. */
  readonly names: readonly FileName[]
  /** How it is printed; `null` if nothing says it. */
  readonly print: FilePrint | null
  /** The images, the backmost one first. */
  readonly images: readonly FileImage[]
  /** The charts, the backmost one first. */
  readonly charts: readonly FileChart[]
}

/** How a sheet is printed, with the cells that are printed; `null` for all in use. */
export interface FilePrint extends Omit<PrintSettings, 'area'> {
  readonly area: CellRange | null
}

/** An image of a sheet. Lengths are in pixels. */
export interface FileImage extends ImageCell, ImageSize {
  /** A `data:` URL. */
  readonly source: string
  readonly alt: string
  /** Whether it is shown within its cell. */
  readonly isWithin: boolean
}

/** A chart of a sheet. Lengths are in pixels. */
export interface FileChart extends ChartOptions, FloatingPlace, FloatingSize {
  /** The name of the sheet whose cells it shows. */
  readonly of: string
  readonly range: CellRange
}

/** A name of cells or of a formula. */
export interface FileName {
  readonly name: string
  /** @example "='Sheet 1'!$A$1:$B$9" */
  readonly formula: string
  /** Whether it belongs to its sheet, and not to the workbook. */
  readonly isOfSheet: boolean
  readonly comment: string
}

/** The values of formulas, by row and column, for programs that don't calculate them. */
export interface Results {
  readonly [row: number]: { readonly [column: number]: string | number | boolean }
}

/** What of a file a sheet can't have. Nothing of it is in the document. @see SHEET.md FL3 */
export interface LeftOut {
  /** @example 'charts' */
  readonly feature: LeftOutFeature
  /** The sheet's name; empty if it is about the whole file. */
  readonly sheet: string
  readonly count: number
  /** One of the cells. @example 'B7' */
  readonly example?: string
}

/** A kind of content that is left out. */
export type LeftOutFeature = keyof typeof LEFT_OUT

/** What people call what is left out, and what became of it. */
export const LEFT_OUT = {
  charts: 'charts',
  images: 'images that are too large, too many, or of a kind that isn’t shown here',
  drawings: 'text boxes and shapes',
  links: 'links that lead neither to the web nor to cells; their text is kept',
  validations: 'data validation',
  'conditional-formats': 'conditional formats',
  filters: 'conditions of filters; rows stay as they are',
  tables: 'tables; their cells are kept',
  'pivot-tables': 'pivot tables; their cells are kept',
  slicers: 'slicers',
  sparklines: 'sparklines',
  names: 'names of cells',
  protection: 'protection',
  grouping: 'groups of rows and columns',
  printing: 'print settings',
  macros: 'macros',
  'external-links': 'links to other files; the last values are kept',
  'unknown-formulas': 'formulas that can’t be calculated here; they are kept as text',
  'rich-text': 'formatting within a text; the text is kept',
  fills: 'patterns and gradients; one color is kept',
  merges: 'merged cells beyond what a sheet can have',
  'long-texts': 'texts that are too long; they are cut',
  formats: 'formats, and formulas; the values are kept',
} as const

/** A file that was read. */
export interface FileContent {
  readonly sheets: readonly FileSheet[]
  readonly leftOut: readonly LeftOut[]
}
