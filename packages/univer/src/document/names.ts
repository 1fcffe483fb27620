import { printFormula } from './formula.js'
import type { Name } from './name-list.js'
import type { Sheets } from './references.js'
import type { Workbook } from './workbook.js'

/** Returns the names as they are now. One of a sheet that is gone belongs to the workbook. @see SHEET.md SD56 */
export function namesOf(workbook: Workbook): Name[] {
  const all = workbook.names.inOrder
  const texts = new Map(all.map(({ id, name }) => [id, name]))
  const sheets: Sheets = {
    sheetNamed: (name) => workbook.sheetNamed(name),
    sheetWithId: (id) => workbook.sheetWithId(id),
    nameCalled: (text, sheet) => workbook.nameCalled(text, sheet),
    // Those that the grid shows may be called otherwise.
    nameWithId: (id) => texts.get(id),
  }
  return all.map(({ id, name, formula, sheet, comment }) => ({
    id,
    name,
    formula: printFormula(formula, '', sheets),
    sheet: sheet !== null && workbook.sheetWithId(sheet) !== undefined ? sheet : null,
    comment,
  }))
}
