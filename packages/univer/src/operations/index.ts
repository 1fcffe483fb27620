import { carry } from './carry.js'
import { insertLines } from './insert-lines.js'
import { insertSheet } from './insert-sheet.js'
import { moveLines } from './move-lines.js'
import { moveSheet } from './move-sheet.js'
import type { Operation } from './operation.js'
import type { OperationKind } from './operation-kind.js'
import { removeLines } from './remove-lines.js'
import { removeSheet } from './remove-sheet.js'
import { renameSheet } from './rename-sheet.js'
import { setCharts } from './set-charts.js'
import { setFilter } from './set-filter.js'
import { setFrozen } from './set-frozen.js'
import { setHidden } from './set-hidden.js'
import { setImages } from './set-images.js'
import { setLinks } from './set-links.js'
import { setLook } from './set-look.js'
import { setMerges } from './set-merges.js'
import { setNames } from './set-names.js'
import { setNotes } from './set-notes.js'
import { setRangeValues } from './set-range-values.js'
import { setRules } from './set-rules.js'
import { setSizes } from './set-sizes.js'
import { setValidations } from './set-validations.js'
import { sortRows } from './sort-rows.js'

type Of<T extends Operation['type']> = Extract<Operation, { readonly type: T }>

/** All operations, by type. */
export const OPERATIONS: { readonly [T in Operation['type']]: OperationKind<Of<T>> } = {
  'insert-lines': insertLines,
  'remove-lines': removeLines,
  'move-lines': moveLines,
  'sort-rows': sortRows,
  'set-sizes': setSizes,
  'set-hidden': setHidden,
  'set-range-values': setRangeValues,
  'set-merges': setMerges,
  'set-frozen': setFrozen,
  'set-filter': setFilter,
  'set-rules': setRules,
  'set-validations': setValidations,
  'set-names': setNames,
  'set-notes': setNotes,
  'set-links': setLinks,
  'set-images': setImages,
  'set-charts': setCharts,
  carry,
  'insert-sheet': insertSheet,
  'remove-sheet': removeSheet,
  'rename-sheet': renameSheet,
  'move-sheet': moveSheet,
  'set-look': setLook,
}

/** Returns the kind of an operation. */
export const kindOf = ({ type }: Operation): OperationKind => OPERATIONS[type]
