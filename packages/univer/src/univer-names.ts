import { isOfCells } from './document/a1.js'
import type { Name } from './document/index.js'
import type { UniverName } from './grid-reader.js'

/** Under which name Univer knows the whole workbook, to which a name belongs. */
const WORKBOOK = 'AllDefaultWorkbook'

/** Returns a name in Univer's form, which has no `=` before references. */
export const toUniverName = ({ id, name, formula, sheet, comment }: Name): UniverName => ({
  id,
  name,
  formulaOrRefString: isOfCells(formula.slice(1)) ? formula.slice(1) : formula,
  localSheetId: sheet ?? WORKBOOK,
  comment,
})

/** Returns the names of a workbook as Univer keeps them. */
export const toUniverNames = (names: readonly Name[]): { readonly [id: string]: UniverName } =>
  Object.fromEntries(names.map((name) => [name.id, toUniverName(name)]))
