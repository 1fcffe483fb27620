import { LocaleType, type IWorkbookData } from '@univerjs/core'

const ROWS = 1_000
const COLUMNS = 26
const SHEETS = [
  { id: 'sheet-1', name: 'Sheet 1' },
  { id: 'sheet-2', name: 'Sheet 2' },
  { id: 'sheet-3', name: 'Sheet 3' },
]

/**
 * The workbook that every browser begins with. Its sheet ids are the same everywhere, since a
 * location names its sheet by id.
 *
 * @see PROTOCOL.md SH1
 */
export function createWorkbook(): IWorkbookData {
  return {
    id: 'workbook',
    name: 'Workbook',
    appVersion: '',
    locale: LocaleType.EN_US,
    styles: {},
    sheetOrder: SHEETS.map(({ id }) => id),
    sheets: Object.fromEntries(
      SHEETS.map(({ id, name }) => [id, { id, name, rowCount: ROWS, columnCount: COLUMNS }]),
    ),
  }
}
