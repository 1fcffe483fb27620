import {
  CommandType,
  DataValidationType,
  ICommandService,
  Rectangle,
  type IRange,
  type Univer,
  type Worksheet,
} from '@univerjs/core'
import {
  IShortcutService,
  KeyCode,
  SetRangeValuesCommand,
  whenSheetEditorFocused,
} from '@univerjs/preset-sheets-core'
import {
  CheckboxValidator,
  getCellValueOrigin,
  SheetDataValidationModel,
} from '@univerjs/sheets-data-validation'
import type { SharedWorkbook } from '@whereabouts/univer'

const TICK = 'whereabouts.tick'
const BOX: string = DataValidationType.CHECKBOX

/** Lets Space tick the check boxes in the selection. @see OFFICE.md SH163 */
export function addTick(univer: Univer, { workbook }: SharedWorkbook): void {
  const injector = univer.__getInjector()
  const commands = injector.get(ICommandService)
  const boxes = new Boxes(workbook, injector.get(SheetDataValidationModel))
  commands.registerCommand({
    id: TICK,
    type: CommandType.COMMAND,
    handler: () => {
      const [unitId, subUnitId] = [workbook.getId(), workbook.getActiveSheet().getSheetId()]
      const params = { unitId, subUnitId, value: boxes.pressed() }
      return commands.executeCommand(SetRangeValuesCommand.id, params)
    },
  })
  injector.get(IShortcutService).registerShortcut({
    id: TICK,
    binding: KeyCode.SPACE,
    preconditions: (contexts) => whenSheetEditorFocused(contexts) && boxes.active !== undefined,
  })
}

/** A cell with a check box. */
interface Box {
  readonly isTicked: boolean
  /** What the cell has when it is ticked, or when it isn't. */
  readonly contentFor: (isTicked: boolean) => unknown
}

/** The check boxes of the sheet that is shown. */
class Boxes {
  readonly #workbook: SharedWorkbook['workbook']
  readonly #model: SheetDataValidationModel

  constructor(workbook: SharedWorkbook['workbook'], model: SheetDataValidationModel) {
    this.#workbook = workbook
    this.#model = model
  }

  /** The box in the active cell, if there is one. */
  get active(): Box | undefined {
    const cell = this.#sheet.getActiveCell()
    return cell === null ? undefined : this.#at(cell.getRow(), cell.getColumn())
  }

  /** Returns the cells of all boxes that are selected and shown, each as the active one isn't now. */
  pressed(): object {
    const isTicked = this.active?.isTicked !== true
    const rows: Record<number, Record<number, object>> = {}
    for (const [row, column] of this.#selected()) {
      const box = this.#sheet.getSheet().getRowVisible(row) ? this.#at(row, column) : undefined
      if (box === undefined) continue
      rows[row] ??= {}
      rows[row][column] = { v: box.contentFor(isTicked), p: null }
    }
    return rows
  }

  /** The selected cells that may have boxes: a selection of whole columns has many more. */
  *#selected(): Generator<readonly [row: number, column: number]> {
    const selected = this.#sheet.getSelection()?.getActiveRangeList() ?? []
    const rules = this.#model.getRules(this.#workbook.getId(), this.#sheet.getSheetId())
    const own = rules.filter(({ type }) => type === BOX)
    for (const range of selected) {
      for (const each of own.flatMap(({ ranges }) => ranges)) {
        const both = Rectangle.getIntersects(range.getRange(), each)
        if (both) yield* cellsOf(both)
      }
    }
  }

  get #sheet() {
    return this.#workbook.getActiveSheet()
  }

  #at(row: number, column: number): Box | undefined {
    return boxAt(this.#sheet.getSheet(), row, column, this.#model)
  }
}

/** Returns the check box of a cell; `undefined` if it has none. */
export function boxAt(
  worksheet: Worksheet,
  row: number,
  column: number,
  model: SheetDataValidationModel,
): Box | undefined {
  const [unit, sheet] = [worksheet.getUnitId(), worksheet.getSheetId()]
  const rule = model.getRuleByLocation(unit, sheet, row, column)
  if (rule?.type !== BOX) return undefined
  const validator = model.getValidator(rule.type)
  if (!(validator instanceof CheckboxValidator)) return undefined
  // `formula1` and `formula2` are these as Univer compares them.
  const { formula1, originFormula1, originFormula2 } = validator.parseFormulaSync(rule, unit, sheet)
  const value = getCellValueOrigin(worksheet.getCellRaw(row, column))
  return {
    isTicked: String(value) === String(formula1),
    contentFor: (isTicked) => (isTicked ? originFormula1 : originFormula2),
  }
}

function* cellsOf({ startRow, endRow, startColumn, endColumn }: IRange) {
  for (let row = startRow; row <= endRow; row += 1) {
    for (let column = startColumn; column <= endColumn; column += 1) yield [row, column] as const
  }
}
