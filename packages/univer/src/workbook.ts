import { BooleanNumber, LocaleType, type IStyleData, type IWorkbookData } from '@univerjs/core'
import {
  usualKind,
  type CellData,
  type CellMatrix,
  type Name,
  type SheetSnapshot,
} from './document/index.js'
import { NAMES } from './grid-reader.js'
import { toUniverFreeze } from './operations/set-frozen.js'
import { toUniverNames } from './univer-names.js'

/** The workbook's id, the same in every window. */
export const WORKBOOK = 'workbook'

type Sheet = IWorkbookData['sheets'][string]

/** Returns a workbook that shows a document. */
export function createWorkbook(
  snapshot: readonly SheetSnapshot[],
  names: readonly Name[],
): IWorkbookData {
  const styles = new StyleTable()
  const sheets = snapshot.map((sheet) => [sheet.id, createSheet(sheet, styles)] as const)
  return {
    id: WORKBOOK,
    name: 'Workbook',
    appVersion: '',
    locale: LocaleType.EN_US,
    sheetOrder: snapshot.map(({ id }) => id),
    sheets: Object.fromEntries(sheets),
    styles: styles.all,
    resources: [{ name: NAMES, data: JSON.stringify(toUniverNames(names)) }],
  }
}

function createSheet(sheet: SheetSnapshot, styles: StyleTable): Sheet {
  const { id, name, rows, columns, merges, frozen, look } = sheet
  return {
    id,
    name,
    rowCount: rows.count,
    columnCount: columns.count,
    cellData: createCells(sheet.cells, styles),
    rowData: createLines(rows, (h) => ({ h, ia: BooleanNumber.FALSE })),
    columnData: createLines(columns, (w) => ({ w })),
    mergeData: merges.map((range) => ({ ...range })),
    freeze: toUniverFreeze(frozen),
    hidden: look.isHidden ? BooleanNumber.TRUE : BooleanNumber.FALSE,
    tabColor: look.color ?? '',
    showGridlines: look.hasGridLines ? BooleanNumber.TRUE : BooleanNumber.FALSE,
  }
}

function createCells(
  cells: CellMatrix<CellData>,
  styles: StyleTable,
): NonNullable<Sheet['cellData']> {
  const rows = Object.entries(cells).map(([row, inRow]) => {
    const entries = Object.entries(inRow as CellMatrix<CellData>[number]).map(
      ([column, { s, ...content }]) => [
        column,
        { ...withKind(content), ...(s === undefined ? {} : { s: styles.idOf(s) }) },
      ],
    )
    return [row, Object.fromEntries(entries)]
  })
  return Object.fromEntries(rows) as NonNullable<Sheet['cellData']>
}

/** Univer's conditional formats take a number for one only if its cell says so. */
const withKind = ({ v, t, ...content }: Omit<CellData, 's'>): Omit<CellData, 's'> =>
  v === undefined ? content : { ...content, v, t: t ?? usualKind(v) }

function createLines<T extends object>(
  { sizes, hidden }: SheetSnapshot['rows'],
  ofSize: (size: number) => T,
): { [at: number]: Partial<T> & { hd?: BooleanNumber } } {
  const lines: { [at: number]: Partial<T> & { hd?: BooleanNumber } } = {}
  for (const [at, size] of Object.entries(sizes)) lines[Number(at)] = ofSize(size)
  for (const at of hidden) lines[at] = { ...lines[at]!, hd: BooleanNumber.TRUE }
  return lines
}

/** Stores each style once, however many cells have it. */
class StyleTable {
  readonly all: { [id: string]: IStyleData } = {}
  readonly #ids = new Map<string, string>()

  idOf(style: NonNullable<CellData['s']>): string {
    const text = JSON.stringify(style)
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = `style-${this.#ids.size}`
    this.#ids.set(text, id)
    // The document has Univer's fields; Univer doesn't draw those that it doesn't know.
    this.all[id] = style
    return id
  }
}
