export type { Attached } from './attached.js'
export { SheetDocument, type DerivedSheet, type SheetSnapshot } from './sheet-document.js'
export { joinSteps, PART_CELLS, partsOf } from './parts.js'
export { isFields, isSame, readStyle, toValue, usualKind, wholeOf } from './cells.js'
export { isTooLong, readCriterion, type Filter } from './criterion.js'
export { isAddress, placeIn, type Link } from './link.js'
export { LIMITS } from './limits.js'
export type { Restored } from './restore.js'
export { compare } from './axis.js'
export { fitsMerges } from './merges.js'
export { overlap } from './ranges.js'
export { fitsRules } from './rules.js'
export type { Rule } from './rule-list.js'
export { fitsValidations } from './validations.js'
export { isNameText } from './a1.js'
export type { Name } from './name-list.js'
export type { Validation } from './validation-list.js'
export { readCheck } from './check.js'
export { readEffect } from './effect.js'
export type { AxisName } from './axis.js'
export type {
  CellData,
  CellMatrix,
  CellRange,
  CellWrite,
  Style,
  StyleValue,
  Value,
} from './cells.js'
export type { Look } from './sheet-list.js'
export type { Operation } from '../operations/operation.js'
