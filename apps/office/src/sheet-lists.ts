import {
  CommandType,
  DataValidationType,
  ICommandService,
  type IContextService,
  type Univer,
} from '@univerjs/core'
import {
  IShortcutService,
  KeyCode,
  MetaKeys,
  whenSheetEditorFocused,
} from '@univerjs/preset-sheets-core'
import { SheetDataValidationModel } from '@univerjs/sheets-data-validation'
import type { SharedWorkbook } from '@whereabouts/univer'

const SHOW = 'sheet.operation.show-data-validation-dropdown'
const HIDE = 'sheet.operation.hide-data-validation-dropdown'
const LIST = '[data-u-comp="sheets-dropdown-list"]'
// The title is above the choices, and what opens the panel is below them.
const CHOICES = `${LIST} > .univer-overflow-y-auto > div`
const LISTS: ReadonlySet<string> = new Set([
  DataValidationType.LIST,
  DataValidationType.LIST_MULTIPLE,
])
const CURRENT = 'data-current'
// Before what these keys do in the cells.
const PRIORITY = 1_000

/** Lets the keyboard open the list of choices of a cell, and choose from it. @see OFFICE.md SH166 */
export function addListKeys(univer: Univer, { workbook }: SharedWorkbook): void {
  const injector = univer.__getInjector()
  const commands = injector.get(ICommandService)
  const shortcuts = injector.get(IShortcutService)
  const model = injector.get(SheetDataValidationModel)
  const cell = () => {
    const sheet = workbook.getActiveSheet()
    const active = sheet.getActiveCell()
    const [unitId, subUnitId] = [workbook.getId(), sheet.getSheetId()]
    return active && { unitId, subUnitId, row: active.getRow(), column: active.getColumn() }
  }
  const hasChoices = () => {
    const at = cell()
    const rule = at && model.getRuleByLocation(at.unitId, at.subUnitId, at.row, at.column)
    return rule !== undefined && rule !== null && LISTS.has(rule.type)
  }
  const add = (name: string, binding: number, when: () => boolean, act: () => void) => {
    const id = `whereabouts.list-${name}`
    const handler = () => {
      act()
      return true
    }
    const preconditions = (contexts: IContextService) => whenSheetEditorFocused(contexts) && when()
    commands.registerCommand({ id, type: CommandType.OPERATION, handler })
    shortcuts.registerShortcut({ id, binding, preconditions, priority: PRIORITY })
  }
  add('open', KeyCode.ARROW_DOWN | MetaKeys.ALT, hasChoices, () => {
    void commands.executeCommand(SHOW, cell() ?? {})
  })
  add('down', KeyCode.ARROW_DOWN, isOpen, () => step(1))
  add('up', KeyCode.ARROW_UP, isOpen, () => step(-1))
  add(
    'take',
    KeyCode.ENTER,
    () => currentOf(choices()) !== undefined,
    () => currentOf(choices())?.click(),
  )
  add('close', KeyCode.ESC, isOpen, () => void commands.executeCommand(HIDE, {}))
}

const isOpen = (): boolean => document.querySelector(LIST) !== null

const choices = (): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>(CHOICES)]

const currentOf = (all: readonly HTMLElement[]): HTMLElement | undefined =>
  all.find((choice) => choice.hasAttribute(CURRENT))

/** Goes to the next choice, or the one before, and from the last one to the first. */
function step(by: 1 | -1): void {
  const all = choices()
  const current = currentOf(all)
  const start = by === 1 ? -1 : 0
  const before = current === undefined ? start : all.indexOf(current)
  current?.removeAttribute(CURRENT)
  const next = all[(before + by + all.length) % all.length]
  next?.setAttribute(CURRENT, '')
  next?.scrollIntoView({ block: 'nearest' })
}
