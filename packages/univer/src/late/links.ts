import {
  InterceptorEffectEnum,
  IUniverInstanceService,
  type ICellDataForSheetInterceptor,
  type Injector,
  type IRange,
  type IStyleData,
  type Worksheet,
} from '@univerjs/core'
import {
  ClearSelectionAllCommand,
  ClearSelectionContentCommand,
  getSheetCommandTarget,
  INTERCEPTOR_POINT,
  SheetInterceptorService,
  SheetsSelectionsService,
} from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '../bind-workbook.js'
import type { GridPlace } from '../binding.js'
import type { CellMatrix, CellRange, Link } from '../document/index.js'
import { copyAttached, redrawWith, register, writer } from './attached.js'

/** What opens the field for a link; it is refused to those who may not edit. */
export const EDIT_LINK = 'whereabouts.operation.edit-link'

const SET_LINKS = 'whereabouts.mutation.set-links'
const COLOR = '#1155cc'

/** Cells of a sheet to which a link leads. */
export interface LinkedCells {
  /** The id of the sheet. */
  readonly sheet: string
  readonly range: CellRange
}

/** The links of a workbook that is drawn. */
export interface Links {
  /** Returns where a cell leads; `undefined` if nowhere. */
  at(place: GridPlace): Link | undefined
  /** Writes where a cell leads, or removes its link with `null`; returns `false` if that was refused. */
  write(place: GridPlace, link: Link | null): boolean
  /**
   * Reads what somebody typed, such as `example.com`, `a@b.com`, `Sheet 2`, `B2:C4` or `'Sheet 2'!A1`; `undefined` if a
   * cell can't lead there.
   */
  read(typed: string): Link | undefined
  /** Returns the cells to which a link within the workbook leads; `undefined` if there are none. */
  cellsOf(link: Link): LinkedCells | undefined
}

type LinksOf = Pick<SharedWorkbook, 'attached' | 'subscribe' | 'workbook'>

/** Draws the cells with links as such, and has them copied with their cells and sheets. @see OFFICE.md SH150 */
export function addLinks(injector: Injector, { attached, subscribe, workbook }: LinksOf): Links {
  const unit = workbook.getId()
  register(SET_LINKS, injector)
  injector.get(SheetInterceptorService).intercept(INTERCEPTOR_POINT.CELL_CONTENT, {
    effect: InterceptorEffectEnum.Style,
    handler(cell, { subUnitId, row, col }, next) {
      const drawn = next(cell)
      if (!drawn || attached.linkAt(subUnitId, row, col) === undefined) return drawn
      const own = workbook.getWorkbook().getStyles().getStyleByCell(drawn)
      return underlined(drawn, own?.cl)
    },
  })
  redrawWith(unit, attached, subscribe, injector)
  copyAttached(SET_LINKS, 'links', (sheet) => attached.linksOf(sheet), injector)
  clearWithContents(injector, (sheet) => attached.linksOf(sheet))
  const write = writer(SET_LINKS, unit, injector)
  return {
    at: ({ sheet, row, column }) => attached.linkAt(sheet, row, column),
    write: ({ sheet, row, column }, link) => write(sheet, { links: { [row]: { [column]: link } } }),
    read: (typed) => readLink(typed.trim(), attached, workbook),
    cellsOf: (link) => cellsOf(link, attached, workbook),
  }
}

/** What empties cells. */
const CLEARING: ReadonlySet<string> = new Set([
  ClearSelectionContentCommand.id,
  ClearSelectionAllCommand.id,
])

/** Has links be deleted with the contents of their cells: nobody would see that an empty one leads anywhere. */
function clearWithContents(injector: Injector, linksOf: (sheet: string) => CellMatrix<Link>): void {
  const selections = injector.get(SheetsSelectionsService)
  injector.get(SheetInterceptorService).interceptCommand({
    getMutations({ id, params }) {
      const nothing = { redos: [], undos: [] }
      if (!CLEARING.has(id)) return nothing
      const { ranges, ...where } = { ...params } as Cleared
      const target = getSheetCommandTarget(injector.get(IUniverInstanceService), where)
      if (!target) return nothing
      const cleared = ranges ?? selections.getCurrentSelections().map(({ range }) => range)
      const links = within(cleared, linksOf(target.subUnitId), target.worksheet)
      if (Object.keys(links).length === 0) return nothing
      const own = { unitId: target.unitId, subUnitId: target.subUnitId, links }
      // The document undoes it.
      return { redos: [{ id: SET_LINKS, params: own }], undos: [] }
    },
  })
}

interface Cleared {
  readonly unitId?: string
  readonly subUnitId?: string
  readonly ranges?: readonly IRange[]
}

/** Returns the removal of those links that are in ranges; what is in hidden rows isn't emptied. */
function within(
  ranges: readonly IRange[],
  links: CellMatrix<Link>,
  worksheet: Worksheet,
): CellMatrix<null> {
  const found: Record<number, Record<number, null>> = {}
  for (const [at, inRow] of Object.entries(links)) {
    const row = Number(at)
    if (!worksheet.getRowVisible(row)) continue
    for (const column of Object.keys(inRow as object).map(Number)) {
      if (ranges.some((range) => isIn(range, row, column))) (found[row] ??= {})[column] = null
    }
  }
  return found
}

/** Whole rows and columns have no ends, which are `NaN`. */
const isIn = (range: IRange, row: number, column: number): boolean =>
  !(row < range.startRow || row > range.endRow) &&
  !(column < range.startColumn || column > range.endColumn)

/** The color that a cell has stays. */
function underlined(
  cell: ICellDataForSheetInterceptor,
  color: IStyleData['cl'],
): ICellDataForSheetInterceptor {
  const style = { ul: { s: 1 }, ...(color ? {} : { cl: { rgb: COLOR } }) }
  return { ...cell, interceptorStyle: { ...cell.interceptorStyle, ...style } }
}

type Workbook = SharedWorkbook['workbook']
type Attached = SharedWorkbook['attached']

const MAIL = /^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/
const SCHEME = /^[a-z][a-z0-9+.-]*:/i
const WITH_PORT = /^[^/]*:[0-9]+(?:\/|$)/

function readLink(typed: string, attached: Attached, workbook: Workbook): Link | undefined {
  const { isAddress } = attached
  const place = readPlace(typed, attached, workbook)
  if (place !== undefined) return { place }
  if (isAddress(typed)) return { url: typed }
  if (MAIL.test(typed)) return { url: `mailto:${typed}` }
  const isOther = SCHEME.test(typed) && !WITH_PORT.test(typed)
  const url = `https://${typed}`
  const isLike = typed.includes('.') || WITH_PORT.test(typed)
  return !isOther && isLike && isAddress(url) ? { url } : undefined
}

function readPlace(typed: string, { placeIn }: Attached, workbook: Workbook): string | undefined {
  const text = typed.replace(/^[#=]/, '')
  const named = workbook.getSheets().find((sheet) => sheet.getSheetName() === text)
  if (named !== undefined) return `='${text.replaceAll("'", "''")}'!A1`
  const reference = placeIn(`=${text}`)
  if (reference === undefined) return undefined
  const { sheet } = reference
  const isThere = sheet === undefined || sheetNamed(sheet, workbook) !== undefined
  return isThere ? `=${text}` : undefined
}

const sheetNamed = (name: string, workbook: Workbook) =>
  workbook.getSheets().find((sheet) => sheet.getSheetName().toLowerCase() === name.toLowerCase())

function cellsOf(link: Link, { placeIn }: Attached, workbook: Workbook): LinkedCells | undefined {
  const reference = 'place' in link ? placeIn(link.place) : undefined
  if (reference === undefined) return undefined
  const { sheet: name = '', from, to = from } = reference
  const sheet = sheetNamed(name, workbook)
  if (!sheet) return undefined
  const [lastRow, lastColumn] = [sheet.getMaxRows() - 1, sheet.getMaxColumns() - 1]
  const range = {
    startRow: from.row ?? 0,
    startColumn: from.column ?? 0,
    endRow: Math.min(to.row ?? lastRow, lastRow),
    endColumn: Math.min(to.column ?? lastColumn, lastColumn),
  }
  const isThere = range.startRow <= range.endRow && range.startColumn <= range.endColumn
  return isThere ? { sheet: sheet.getSheetId(), range } : undefined
}
