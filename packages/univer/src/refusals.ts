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
import { overLimits, type Amounts } from './over-limits.js'
import { isRecorded } from './recorder.js'
import type { Sentence, Texts } from './texts.js'

const MERGED: Sentence = (texts) => texts.tooManyMergedCells(LIMITS.mergedCells)

type Unsupported = 'noProtection' | 'noGridColors' | 'noThemes'

/** Univer's features that the document doesn't support, in the order of Univer's menus. */
const REFUSED: { readonly [why in Unsupported]: readonly string[] } = {
  noProtection: [
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
  noGridColors: ['sheet.command.set-gridlines-color'],
  noThemes: [
    'sheet.command.register-worksheet-range-theme-style',
    'sheet.command.remove-worksheet-range-theme-style',
    'sheet.command.set-worksheet-range-theme-style',
    'sheet.command.unregister-worksheet-range-theme-style',
  ],
}

const REASONS: ReadonlyMap<string, Sentence> = new Map(
  Object.entries(REFUSED).flatMap(([why, commands]) =>
    commands.map((command) => [command, (texts: Texts) => texts[why as Unsupported]] as const),
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
  'sheet.mutation.conditional-formatting-formula-mark-dirty',
])

/** What only opens something that writes. */
const OPENINGS = new Set([
  'data-validation.operation.open-validation-panel',
  'sheet.operation.show-data-validation-dropdown',
  'whereabouts.operation.edit-link',
  'sidebar.operation.defined-name',
  'whereabouts.operation.edit-note',
])

/** Menus whose commands are refused. */
export const HIDDEN_MENUS = Object.fromEntries(
  [...REASONS.keys(), 'sheet.contextMenu.permission'].map((menu) => [menu, { hidden: true }]),
)

/** What is told to the user. */
interface Said {
  /** Says why something wasn't done. */
  readonly notify: (why: Sentence) => void
  /** Gives back the text of one cell. */
  readonly giveBack: (why: Sentence, text: string) => void
}

/**
 * Refuses steps with a notice before they would make this grid differ from the others: those that
 * the document doesn't support, those beyond its limits, and all steps while it is read-only.
 *
 * @returns a function that stops refusing
 * @see OFFICE.md SH13, SH14, SH30
 */
export function refuse(
  commands: ICommandService,
  whyReadOnly: () => Sentence | undefined,
  amounts: Amounts,
  { notify, giveBack }: Said,
): IDisposable {
  return commands.beforeCommandExecuted((command, options) => {
    if (isFromElsewhere(options)) return
    const reason = reasonAgainst(command, whyReadOnly(), amounts)
    const over =
      reason === undefined ? overLimits(command.id, command.params ?? {}, amounts) : undefined
    if (reason === undefined && over === undefined) return
    const why = reason ?? over?.reason
    if (why !== undefined) {
      if (over?.text === undefined) notify(why)
      else giveBack((texts) => texts.notEntered(why(texts)), over.text)
    }
    throw new CanceledError()
  })
}

const isFromElsewhere = (options: IExecutionOptions | undefined): boolean =>
  options?.fromCollab === true || options?.onlyLocal === true

function reasonAgainst(
  { id, type, params }: Readonly<ICommandInfo>,
  whyReadOnly: Sentence | undefined,
  amounts: Amounts,
): Sentence | undefined {
  if (REASONS.has(id)) return REASONS.get(id)
  if (OPENINGS.has(id)) return whyReadOnly
  if (id === SetCellEditVisibleOperation.id) {
    return isOpening(params) ? whyReadOnly : undefined
  }
  // The mutations of this command would empty the cells before merging them.
  if (id === AddWorksheetMergeCommand.id) return reasonAgainstMerge(params, amounts)
  return type === CommandType.MUTATION ? reasonAgainstMutation(id, params, whyReadOnly) : undefined
}

function reasonAgainstMerge(params: object | undefined, { merges }: Amounts): Sentence | undefined {
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
  whyReadOnly: Sentence | undefined,
): Sentence | undefined {
  if (OWN_BUSINESS.test(id) || ALSO_OWN_BUSINESS.has(id)) return undefined
  if (!isRecorded(id)) return ({ unsupported }) => unsupported
  if (whyReadOnly !== undefined) return whyReadOnly
  return id === SetFrozenMutation.id && isScrolled(params) ? ({ scrolled }) => scrolled : undefined
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
