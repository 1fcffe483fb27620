import type { IRange } from '@univerjs/core'
import type {
  IAddWorksheetMergeMutationParams,
  IInsertColMutationParams,
  IInsertRowMutationParams,
  IInsertSheetMutationParams,
  IMoveColumnsMutationParams,
  IMoveRangeMutationParams,
  IMoveRowsMutationParams,
  IRemoveColMutationParams,
  IRemoveNumfmtMutationParams,
  IRemoveRowsMutationParams,
  IRemoveSheetMutationParams,
  IRemoveWorksheetMergeMutationParams,
  IReorderRangeMutationParams,
  ISetColHiddenMutationParams,
  ISetColVisibleMutationParams,
  ISetFrozenMutationParams,
  ISetNumfmtMutationParams,
  ISetRangeValuesMutationParams,
  ISetRowHiddenMutationParams,
  ISetRowVisibleMutationParams,
  ISetTabColorMutationParams,
  ISetWorksheetHideMutationParams,
  IToggleGridlinesMutationParams,
  ISetWorksheetActiveOperationParams,
  ISetWorksheetColWidthMutationParams,
  ISetWorksheetNameMutationParams,
  ISetWorksheetOrderMutationParams,
  ISetWorksheetRowHeightMutationParams,
  ISetWorksheetRowIsAutoHeightMutationParams,
} from '@univerjs/preset-sheets-core'

import type { CellMatrix } from '../document/cells.js'
import type { Link } from '../document/link.js'

/** The parameters of a mutation of one sheet whose part of Univer is loaded later. */
interface OnSheet {
  readonly unitId: string
  readonly subUnitId: string
}

/**
 * Univer's mutations and their parameters, by id. Operations don't import them, since the document
 * is also used where Univer can't be loaded, such as in Node.
 */
export interface Mutations {
  'data-validation.mutation.addRule': OnSheet & { rule: object | object[]; index?: number }
  'data-validation.mutation.removeRule': OnSheet & { ruleId: string | string[] }
  'data-validation.mutation.updateRule': OnSheet & { ruleId: string; payload: object }
  'formula.mutation.remove-defined-name': OnSheet & { id: string; name: string }
  'formula.mutation.set-defined-name': OnSheet & { id: string; name: string }
  'sheet.mutation.add-conditional-rule': OnSheet & { rule: object }
  'sheet.mutation.add-worksheet-merge': IAddWorksheetMergeMutationParams
  'sheet.mutation.delete-conditional-rule': OnSheet & { cfId: string }
  'sheet.mutation.insert-col': IInsertColMutationParams
  'sheet.mutation.insert-row': IInsertRowMutationParams
  'sheet.mutation.insert-sheet': IInsertSheetMutationParams
  'sheet.mutation.move-columns': IMoveColumnsMutationParams
  'sheet.mutation.move-conditional-rule': OnSheet
  'sheet.mutation.move-range': IMoveRangeMutationParams
  'sheet.mutation.move-rows': IMoveRowsMutationParams
  'sheet.mutation.remove-col': IRemoveColMutationParams
  'sheet.mutation.remove-filter': OnSheet
  'sheet.mutation.remove-rows': IRemoveRowsMutationParams
  'sheet.mutation.remove-sheet': IRemoveSheetMutationParams
  'sheet.mutation.remove-worksheet-merge': IRemoveWorksheetMergeMutationParams
  'sheet.mutation.remove.numfmt': IRemoveNumfmtMutationParams
  'sheet.mutation.reorder-range': IReorderRangeMutationParams
  'sheet.mutation.set-col-hidden': ISetColHiddenMutationParams
  'sheet.mutation.set-col-visible': ISetColVisibleMutationParams
  'sheet.mutation.set-conditional-rule': OnSheet & { rule: object }
  'sheet.mutation.set-filter-criteria': OnSheet & { col: number; criteria: object | null }
  'sheet.mutation.set-filter-range': OnSheet & { range: IRange }
  'sheet.mutation.set-frozen': ISetFrozenMutationParams
  'sheet.mutation.set-range-values': ISetRangeValuesMutationParams
  'sheet.mutation.set-row-hidden': ISetRowHiddenMutationParams
  'sheet.mutation.set-row-visible': ISetRowVisibleMutationParams
  'sheet.mutation.set-tab-color': ISetTabColorMutationParams
  'sheet.mutation.set-worksheet-col-width': ISetWorksheetColWidthMutationParams
  'sheet.mutation.set-worksheet-hidden': ISetWorksheetHideMutationParams
  'sheet.mutation.set-worksheet-name': ISetWorksheetNameMutationParams
  'sheet.mutation.set-worksheet-order': ISetWorksheetOrderMutationParams
  'sheet.mutation.set-worksheet-row-height': ISetWorksheetRowHeightMutationParams
  'sheet.mutation.set-worksheet-row-is-auto-height': ISetWorksheetRowIsAutoHeightMutationParams
  'sheet.mutation.toggle-gridlines': IToggleGridlinesMutationParams
  'sheet.mutation.set.numfmt': ISetNumfmtMutationParams
  'sheet.operation.set-worksheet-active': ISetWorksheetActiveOperationParams
  'whereabouts.mutation.set-charts': OnSheet & { charts: { readonly [key: string]: unknown } }
  'whereabouts.mutation.set-images': OnSheet & { entries: Readonly<Record<string, unknown>> }
  'whereabouts.mutation.set-links': OnSheet & { links: CellMatrix<Link | null> }
  'whereabouts.mutation.set-notes': OnSheet & { notes: CellMatrix<string | null> }
}
