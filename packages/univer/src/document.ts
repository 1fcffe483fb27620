// A sheet's document without a grid; nothing here needs Univer.
export { SheetDocument, type DerivedSheet, type SheetSnapshot } from './document/sheet-document.js'
export {
  formatOf,
  isKnownFormat,
  observeFormat,
  raiseFormat,
  SHEET_FORMAT,
} from './document/format.js'
export { compareCells, type CellDifference, type ComparedCell } from './document/compare.js'
export type { Restored } from './document/restore.js'
export {
  areaOf,
  printedCells,
  readPrint,
  writePrint,
  type PrintSettings,
} from './document/print-settings.js'
export {
  IMAGE_LIMITS,
  imageCell,
  ImageReader,
  isImageSource,
  readImages,
  type Image,
  type ImageCell,
  type ImagePlace,
  type ImageSize,
} from './document/images.js'
export { LIMITS } from './document/limits.js'
export type { CellData, CellMatrix, CellRange, CellWrite, Style } from './document/cells.js'
export type { Operation } from './operations/operation.js'

// The order of lines, for other kinds of documents that have lines.
export { Axis, compare, type AxisName, type LineId } from './document/axis.js'
export { keyBetween, makeName, type Chance, type OrderKey } from './document/order-key.js'

export { inkOn } from './presence/ink.js'
