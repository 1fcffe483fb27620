import {
  CanceledError,
  CommandType,
  type ICommandInfo,
  type ICommandService,
  type IDisposable,
  type IExecutionOptions,
  type IRange,
  Rectangle,
} from '@univerjs/core'
import {
  AddWorksheetMergeCommand,
  SetCellEditVisibleOperation,
  SetFrozenMutation,
  type ISetFrozenMutationParams,
} from '@univerjs/preset-sheets-core'
import { fitsMerges, LIMITS } from './document/index.js'
import { oneText, type Notices } from './given-back.js'
import { overLimits, type Amounts } from './over-limits.js'
import { isRecorded } from './recorder.js'

const UNKNOWN = 'This isn’t supported yet.'
const SCROLLED = 'Scroll to the upper left corner first: frozen rows and columns start there.'
const MERGED = `At most ${LIMITS.mergedCells.toLocaleString('en')} cells of a sheet can be merged.`

/** Univer's features that the document doesn't support, in the order of Univer's menus. */
const REFUSED: { readonly [what: string]: readonly string[] } = {
  'Protecting cells': [
    'sheet.command.add-range-protection',
    'sheet.command.add-range-protection-from-context-menu',
    'sheet.command.add-range-protection-from-sheet-bar',
    'sheet.command.add-range-protection-from-toolbar',
    'sheet.command.add-worksheet-protection',
    'sheet.command.change-sheet-protection-from-sheet-bar',
    'sheet.command.delete-range-protection',
    'sheet.command.delete-range-protection-from-context-menu',
    'sheet.command.delete-worksheet-protection',
    'sheet.command.delete-worksheet-protection-from-sheet-bar',
    'sheet.command.set-protection',
    'sheet.command.set-range-protection-from-context-menu',
    'sheet.command.set-worksheet-permission-points',
    'sheet.command.set-worksheet-protection',
    'sheet.command.view-sheet-permission-from-context-menu',
    'sheet.command.view-sheet-permission-from-sheet-bar',
    'sheet-permission.operation.openDialog',
    'sheet-permission.operation.openPanel',
  ],
  'Naming ranges': [
    'sheet.command.insert-defined-name',
    'sheet.command.set-defined-name',
    'sheet.command.remove-defined-name',
  ],
  'Coloring grid lines': ['sheet.command.set-gridlines-color'],
  'Changing the theme of a table': [
    'sheet.command.register-worksheet-range-theme-style',
    'sheet.command.remove-worksheet-range-theme-style',
    'sheet.command.set-worksheet-range-theme-style',
    'sheet.command.unregister-worksheet-range-theme-style',
  ],
}

const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries(REFUSED).flatMap(([what, commands]) =>
    commands.map((command) => [command, `${what} isn’t supported yet.`]),
  ),
)

// Not content: a grid's own calculations, and text in an open cell editor.
const OWN_BUSINESS = /^(?:doc\.mutation\.|formula\.mutation\.(?!(?:set|remove)-defined-name$))/
const ALSO_OWN_BUSINESS = new Set([
  'sheet.mutation.set-worksheet-row-auto-height',
  'sheet.mutation.copy-worksheet-end',
  'sheet.mutation.empty',
  'sheet.mutation.mark-dirty-filter-change',
  'sheet.mutation.re-calc-filter',
  'sheet.mutation.data-validation-formula-mark-dirty',
])

/** Menus whose commands are refused. */
export const HIDDEN_MENUS = Object.fromEntries(
  [...REASONS.keys(), 'sheet.contextMenu.permission'].map((menu) => [menu, { hidden: true }]),
)

/**
 * Refuses steps with a notice before they would make this grid differ from the others: those that
 * the document doesn't support, those beyond its limits, and all steps while it is read-only.
 *
 * @returns a function that stops refusing
 * @see OFFICE.md SH13, SH14, SH30
 */
export function refuse(
  commands: ICommandService,
  whyReadOnly: () => string | undefined,
  amounts: Amounts,
  { notify, giveBack }: Notices,
): IDisposable {
  return commands.beforeCommandExecuted((command, options) => {
    if (isFromElsewhere(options)) return
    const reason = reasonAgainst(command, whyReadOnly(), amounts)
    const over =
      reason === undefined ? overLimits(command.id, command.params ?? {}, amounts) : undefined
    if (reason === undefined && over === undefined) return
    if (over?.text === undefined) notify(reason ?? over!.reason)
    else giveBack(oneText(`Your text was not entered. ${over.reason}`, over.text))
    throw new CanceledError()
  })
}

const isFromElsewhere = (options: IExecutionOptions | undefined): boolean =>
  options?.fromCollab === true || options?.onlyLocal === true

function reasonAgainst(
  { id, type, params }: Readonly<ICommandInfo>,
  whyReadOnly: string | undefined,
  amounts: Amounts,
): string | undefined {
  if (REASONS.has(id)) return REASONS.get(id)
  if (id === SetCellEditVisibleOperation.id) {
    return isOpening(params) ? whyReadOnly : undefined
  }
  // The mutations of this command would empty the cells before merging them.
  if (id === AddWorksheetMergeCommand.id) return reasonAgainstMerge(params, amounts)
  return type === CommandType.MUTATION ? reasonAgainstMutation(id, params, whyReadOnly) : undefined
}

function reasonAgainstMerge(params: object | undefined, { merges }: Amounts): string | undefined {
  const { selections, subUnitId } = params as {
    readonly selections: readonly IRange[]
    readonly subUnitId: string
  }
  // The merge replaces those that it touches.
  const others = merges(subUnitId).filter(
    (merge) => !selections.some((selection) => Rectangle.intersects(merge, selection)),
  )
  return fitsMerges([...others, ...selections]) ? undefined : MERGED
}

function reasonAgainstMutation(
  id: string,
  params: object | undefined,
  whyReadOnly: string | undefined,
): string | undefined {
  if (OWN_BUSINESS.test(id) || ALSO_OWN_BUSINESS.has(id)) return undefined
  if (!isRecorded(id)) return UNKNOWN
  if (whyReadOnly !== undefined) return whyReadOnly
  return id === SetFrozenMutation.id && isScrolled(params) ? SCROLLED : undefined
}

const isOpening = (params: object | undefined): boolean =>
  params !== undefined && 'visible' in params && params.visible === true

/**
 * Returns whether rows or columns would be frozen in the middle of a sheet, which would hide those
 * before them for everyone.
 */
function isScrolled(params: object | undefined): boolean {
  const { startRow, startColumn, xSplit, ySplit } = params as ISetFrozenMutationParams
  return startRow > ySplit || startColumn > xSplit
}
