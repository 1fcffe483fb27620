export { SheetDocument, type SheetSnapshot } from './sheet-document.js'
export type { AxisName } from './axis.js'
export type { CellWrite } from './cells.js'
export type * from './operations.js'
