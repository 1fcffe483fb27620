import { CommandType, ICommandService, type Univer } from '@univerjs/core'
import {
  IShortcutService,
  KeyCode,
  MetaKeys,
  whenSheetEditorFocused,
} from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '@whereabouts/univer'
import { goToCells } from './go-to-cells.js'

// Univer has no names for these.
const PAGE_UP = 33
const PAGE_DOWN = 34
const END = 35
const HOME = 36
const SEMICOLON = 186
const { CTRL_COMMAND: CTRL, SHIFT, ALT } = MetaKeys

const DAY_MS = 86_400_000
/** The day 0 of a sheet's dates. */
const EPOCH_MS = Date.UTC(1899, 11, 30)

type Sheet = ReturnType<SharedWorkbook['workbook']['getActiveSheet']>

/** Adds the keys of other spreadsheets that Univer lacks. @see OFFICE.md SF16, SF17, SF25, SH128, SH157 */
export function addKeys(univer: Univer, { workbook }: SharedWorkbook): void {
  const injector = univer.__getInjector()
  const commands = injector.get(ICommandService)
  const shortcuts = injector.get(IShortcutService)
  const run = (id: string) => void commands.executeCommand(id)
  const keys: readonly [name: string, act: () => void, ...bindings: number[]][] = [
    ['first-cell', () => goToCells(workbook.getActiveSheet(), 0, 0), HOME | CTRL],
    ['last-cell', () => selectLast(workbook.getActiveSheet()), END | CTRL],
    ['previous-sheet', () => step(workbook, -1), PAGE_UP | CTRL, KeyCode.ARROW_UP | ALT],
    ['next-sheet', () => step(workbook, 1), PAGE_DOWN | CTRL, KeyCode.ARROW_DOWN | ALT],
    ['date', () => write(workbook, Math.floor(today()), 'yyyy-mm-dd'), SEMICOLON | CTRL],
    ['time', () => write(workbook, today() % 1, 'hh:mm'), SEMICOLON | CTRL | SHIFT],
    ['format', () => run('sheet.operation.open.numfmt.panel'), KeyCode.Digit1 | CTRL],
    ['rules', () => openRules(commands), KeyCode.F | ALT | SHIFT],
    ['validations', () => openValidations(commands), KeyCode.V | ALT | SHIFT],
    ['names', () => openNames(commands), KeyCode.F3 | CTRL],
    ['new-sheet', () => run('sheet.command.insert-sheet'), KeyCode.F11 | SHIFT],
  ]
  for (const [name, act, ...bindings] of keys) {
    const id = `whereabouts.${name}`
    const handler = () => {
      act()
      return true
    }
    commands.registerCommand({ id, type: CommandType.OPERATION, handler })
    for (const binding of bindings) {
      shortcuts.registerShortcut({ id, binding, preconditions: whenSheetEditorFocused })
    }
  }
}

/** Opens the panel for a conditional format of the selection, as its menu does. */
function openRules(commands: ICommandService): void {
  void commands.executeCommand('sheet.operation.open.conditional.formatting.panel', { value: 1 })
}

/** Opens the panel with the data validations of the sheet, as its menu does. */
function openValidations(commands: ICommandService): void {
  void commands.executeCommand('data-validation.operation.open-validation-panel', {})
}

/** Opens the panel with the names of the workbook, as the name box does. */
function openNames(commands: ICommandService): void {
  void commands.executeCommand('sidebar.operation.defined-name', { value: 'open' })
}

/** Returns this moment at this place in a sheet's days. */
function today(): number {
  const now = new Date()
  return (now.getTime() - now.getTimezoneOffset() * 60_000 - EPOCH_MS) / DAY_MS
}

function write(workbook: SharedWorkbook['workbook'], days: number, pattern: string): void {
  workbook
    .getActiveSheet()
    .getActiveCell()
    ?.setValue({ v: days, t: 2, s: { n: { pattern } } })
}

function selectLast(sheet: Sheet): void {
  goToCells(sheet, Math.max(0, sheet.getLastRow()), Math.max(0, sheet.getLastColumn()))
}

/** Shows the sheet beside the current one, of those that aren't hidden. */
function step(workbook: SharedWorkbook['workbook'], by: -1 | 1): void {
  const sheets = workbook.getSheets().filter((sheet) => !sheet.isSheetHidden())
  const at = sheets.findIndex(
    (sheet) => sheet.getSheetId() === workbook.getActiveSheet().getSheetId(),
  )
  const next = sheets[at + by]
  if (next !== undefined) workbook.setActiveSheet(next)
}
