import type { Carry } from './carry.js'
import type { InsertLines } from './insert-lines.js'
import type { InsertSheet } from './insert-sheet.js'
import type { MoveLines } from './move-lines.js'
import type { MoveSheet } from './move-sheet.js'
import type { RemoveLines } from './remove-lines.js'
import type { RemoveSheet } from './remove-sheet.js'
import type { RenameSheet } from './rename-sheet.js'
import type { SetCharts } from './set-charts.js'
import type { SetFilter } from './set-filter.js'
import type { SetFrozen } from './set-frozen.js'
import type { SetHidden } from './set-hidden.js'
import type { SetLook } from './set-look.js'
import type { SetImages } from './set-images.js'
import type { SetLinks } from './set-links.js'
import type { SetMerges } from './set-merges.js'
import type { SetNames } from './set-names.js'
import type { SetNotes } from './set-notes.js'
import type { SetRangeValues } from './set-range-values.js'
import type { SetRules } from './set-rules.js'
import type { SetSizes } from './set-sizes.js'
import type { SetValidations } from './set-validations.js'
import type { SortRows } from './sort-rows.js'

export type LineOperation = InsertLines | RemoveLines | MoveLines | SetSizes | SetHidden
export type SheetOperation = InsertSheet | RemoveSheet | RenameSheet | MoveSheet | SetLook

/**
 * One step in a grid. Positions count from 0, before the step. A step does only what its name says:
 * inserted and removed rows include their cells, heights and hiding, but merges, frozen panes and
 * formulas stay unchanged until they are set.
 */
export type Operation =
  | LineOperation
  | SheetOperation
  | SortRows
  | SetRangeValues
  | SetMerges
  | SetFrozen
  | SetFilter
  | SetRules
  | SetValidations
  | SetNames
  | SetNotes
  | SetLinks
  | SetImages
  | SetCharts
  | Carry
