import {
  CommandType,
  Direction,
  ICommandService,
  type Injector,
  type IMutationInfo,
} from '@univerjs/core'
import {
  AUTO_FILL_APPLY_TYPE,
  AUTO_FILL_HOOK_TYPE,
  COPY_TYPE,
  CopySheetCommand,
  IAutoFillService,
  IRenderManagerService,
  ISheetClipboardService,
  PREDEFINED_HOOK_NAME_PASTE,
  SheetInterceptorService,
  SheetSkeletonManagerService,
} from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '../bind-workbook.js'
import type { CellMatrix } from '../document/index.js'
import type { Mutations } from '../operations/mutations.js'

/** The mutations by which the grid says what cells have beside their contents. */
type SetAttached = Extract<keyof Mutations, `whereabouts.mutation.${string}`>

/** Registers a mutation that changes nothing in the grid: the binding writes it into the document. */
export function register(mutation: SetAttached, injector: Injector): void {
  const command = { id: mutation, type: CommandType.MUTATION, handler: () => true }
  injector.get(ICommandService).registerCommand(command)
}

/** Returns a function that executes such a mutation; it returns `false` if that was refused. */
export function writer(mutation: SetAttached, unitId: string, injector: Injector) {
  const commands = injector.get(ICommandService)
  return (subUnitId: string, params: object): boolean =>
    commands.syncExecuteCommand(mutation, { unitId, subUnitId, ...params })
}

/** Draws all cells again when some have something else. */
export function redrawWith(
  unit: string,
  attached: SharedWorkbook['attached'],
  subscribe: SharedWorkbook['subscribe'],
  injector: Injector,
): void {
  const renders = injector.get(IRenderManagerService)
  const draw = () => {
    const render = renders.getRenderById(unit)
    // Univer keeps the styles of the cells that it has drawn.
    render?.with(SheetSkeletonManagerService).reCalculate()
    render?.mainComponent?.makeForceDirty()
  }
  let { version } = attached
  draw()
  subscribe(() => {
    if (attached.version === version) return
    version = attached.version
    draw()
  })
}

const WITH_ALL: ReadonlySet<string> = new Set([
  PREDEFINED_HOOK_NAME_PASTE.DEFAULT_PASTE,
  PREDEFINED_HOOK_NAME_PASTE.SPECIAL_PASTE_BESIDES_BORDER,
])

interface Info {
  readonly redos: IMutationInfo[]
  readonly undos: IMutationInfo[]
}

/** Has what cells have be copied with cells that are copied and pasted, and with sheets. */
export function copyAttached<T>(
  mutation: SetAttached,
  field: string,
  allOf: (sheet: string) => CellMatrix<T>,
  injector: Injector,
): void {
  const info = (unitId: string, subUnitId: string, values: CellMatrix<T | null>): Info => {
    const redos = [{ id: mutation, params: { unitId, subUnitId, [field]: values } }]
    // The document undoes it.
    return { redos: Object.keys(values).length === 0 ? [] : redos, undos: [] }
  }
  injector.get(ISheetClipboardService).addClipboardHook({
    id: mutation,
    onPasteCells(from, to, _, { copyType, pasteType }) {
      const isCopy = from !== null && copyType === COPY_TYPE.COPY && WITH_ALL.has(pasteType)
      const values = isCopy
        ? pasted(allOf(from.subUnitId), from.range, allOf(to.subUnitId), to.range)
        : {}
      return info(to.unitId, to.subUnitId, values)
    },
  })
  injector.get(IAutoFillService).addHook({
    id: mutation,
    type: AUTO_FILL_HOOK_TYPE.APPEND,
    onFillData({ source, target, unitId, subUnitId }, direction, way) {
      const isWhole = way === AUTO_FILL_APPLY_TYPE.COPY || way === AUTO_FILL_APPLY_TYPE.SERIES
      if (!isWhole) return info('', '', {})
      const all = allOf(subUnitId)
      const values = filled(all, source, target, direction)
      // Whoever then chooses another way to fill takes this one back.
      const undos = info(unitId, subUnitId, hadBefore(values, all)).redos
      return { redos: info(unitId, subUnitId, values).redos, undos }
    },
  })
  injector.get(SheetInterceptorService).interceptCommand({
    getMutations({ id, params }) {
      const isCopy = id === CopySheetCommand.id && params !== undefined
      const { unitId, subUnitId, targetSubUnitId } = { ...params } as Readonly<
        Record<string, string>
      >
      return isCopy ? info(unitId!, targetSubUnitId!, allOf(subUnitId!)) : info('', '', {})
    },
  })
}

/** Cells of some rows and columns, which needn't be beside each other. */
interface Lines {
  readonly rows: readonly number[]
  readonly cols: readonly number[]
}

/** Returns what cells have that get something else. */
function hadBefore<T>(values: CellMatrix<T>, all: CellMatrix<T>): CellMatrix<T | null> {
  const had: Record<number, Record<number, T | null>> = {}
  for (const [row, inRow] of Object.entries(values)) {
    const own = (had[Number(row)] = {} as Record<number, T | null>)
    for (const column of Object.keys(inRow as object).map(Number))
      own[column] = all[Number(row)]?.[column] ?? null
  }
  return had
}

/** Returns what cells get that are filled from others; where these have nothing, they keep what they have. */
function filled<T>(
  all: CellMatrix<T>,
  from: Lines,
  to: Lines,
  direction: Direction,
): CellMatrix<T> {
  const values: Record<number, Record<number, T>> = {}
  const isBackwards = direction === Direction.UP || direction === Direction.LEFT
  const sourceOf = (lines: readonly number[], at: number, count: number): number =>
    lines.at(isBackwards ? (at - count) % lines.length : at % lines.length)!
  for (const [at, row] of to.rows.entries()) {
    const source = all[sourceOf(from.rows, at, to.rows.length)]
    for (const [across, column] of source === undefined ? [] : to.cols.entries()) {
      const value = source![sourceOf(from.cols, across, to.cols.length)]
      if (value !== undefined) (values[row] ??= {})[column] = value
    }
  }
  return values
}

/** Returns what the cells of a target get; `null` where they lose what they have. */
function pasted<T>(
  copied: CellMatrix<T>,
  from: Lines,
  before: CellMatrix<T>,
  to: Lines,
): CellMatrix<T | null> {
  const values: Record<number, Record<number, T | null>> = {}
  const isAny = [copied, before].some((all) => Object.keys(all).length > 0)
  for (const [at, row] of isAny ? to.rows.entries() : []) {
    const source = copied[from.rows[at % from.rows.length]!]
    if (source === undefined && before[row] === undefined) continue
    for (const [across, column] of to.cols.entries()) {
      const value = source?.[from.cols[across % from.cols.length]!] ?? null
      const isSame = value === null && before[row]?.[column] === undefined
      if (!isSame) (values[row] ??= {})[column] = value
    }
  }
  return values
}
