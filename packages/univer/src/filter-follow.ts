import {
  CommandType,
  ICommandService,
  toDisposable,
  type ICommandInfo,
  type IDisposable,
  type Injector,
} from '@univerjs/core'
import type { ISetRangeValuesMutationParams } from '@univerjs/preset-sheets-core'
import type { Filter } from './document/index.js'

const RECALCULATE = 'sheet.mutation.re-calc-filter'
const VALUES = 'sheet.mutation.set-range-values'
const LINES =
  /^sheet\.mutation\.(?:insert-(?:row|col)|remove-(?:rows|col)|move-(?:rows|columns|range)|reorder-range)$/

/**
 * Hides rows by the filters again when what they depend on has changed, by anyone, so that all windows
 * show the same rows.
 *
 * @see SHEET.md SF7
 */
export function followFilters(
  unitId: string,
  filterOf: (sheet: string) => Filter | null,
  injector: Injector,
): IDisposable {
  const commands = injector.get(ICommandService)
  const sheets = new Set<string>()
  let frame: number | null = null
  const recalculate = () => {
    frame = null
    for (const subUnitId of sheets) {
      commands.syncExecuteCommand(RECALCULATE, { unitId, subUnitId }, { onlyLocal: true })
    }
    sheets.clear()
  }
  const listening = commands.onCommandExecuted((command) => {
    const sheet = changedBy(command, filterOf)
    if (sheet === undefined) return
    sheets.add(sheet)
    frame ??= requestAnimationFrame(recalculate)
  })
  return toDisposable(() => {
    listening.dispose()
    if (frame !== null) cancelAnimationFrame(frame)
  })
}

/** Returns the sheet whose filter may hide other rows after a command. */
function changedBy(
  { id, type, params }: Readonly<ICommandInfo>,
  filterOf: (sheet: string) => Filter | null,
) {
  if (type !== CommandType.MUTATION || (id !== VALUES && !LINES.test(id))) return undefined
  const { subUnitId: sheet, cellValue } = params as ISetRangeValuesMutationParams
  if (sheet === undefined) return undefined
  const columns = Object.keys(filterOf(sheet)?.criteria ?? {})
  if (columns.length === 0) return undefined
  if (id !== VALUES) return sheet
  const isWritten = Object.values(cellValue ?? {}).some((cells: object) =>
    columns.some((column) => column in cells),
  )
  return isWritten ? sheet : undefined
}
