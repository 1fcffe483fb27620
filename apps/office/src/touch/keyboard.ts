import { ICommandService, type Injector } from '@univerjs/core'
import {
  DeviceInputEventType,
  IEditorBridgeService,
  KeyCode,
  ScrollToCellOperation,
  SetCellEditVisibleOperation,
  SetScrollOperation,
  SheetCellEditorResizeService,
  type IEditorBridgeServiceVisibleParam,
} from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '@whereabouts/univer'
import { CELL_EDITOR, focusCells } from '../focus-cells.js'
import { fitAboveKeyboard } from './fit-above-keyboard.js'
import type { TouchedGrid } from './touched-grid.js'

/** Keys that end typing in a cell and go to the next one, in which more is typed. */
const ON: ReadonlySet<KeyCode | undefined> = new Set([KeyCode.ENTER, KeyCode.TAB])

/** Shows the device's keyboard while something is typed into a cell, and only then. @see OFFICE.md SH229, SH231 */
export class TouchKeyboard {
  readonly #injector: Injector
  readonly #workbook: SharedWorkbook['workbook']

  constructor(injector: Injector, { workbook }: SharedWorkbook, { render }: TouchedGrid) {
    this.#injector = injector
    this.#workbook = workbook
    injector.get(ICommandService).onCommandExecuted(({ id, params }) => {
      if (id === SetScrollOperation.id) this.#follow()
      if (id !== SetCellEditVisibleOperation.id) return
      const { visible, eventType, keycode } = params as IEditorBridgeServiceVisibleParam
      const isOn = eventType === DeviceInputEventType.Keyboard && ON.has(keycode)
      if (visible) this.allow(true)
      else if (!isOn) this.allow(false)
    })
    fitAboveKeyboard()
    // Univer draws in another size a moment after its element has it.
    render.engine.onTransformChange$.subscribeEvent(this.#reveal)
    this.allow(this.#isTyping)
  }

  /** Has the device show its keyboard for the cells, or not: they always have the focus. */
  allow(isAllowed: boolean): void {
    const editor = document.querySelector<HTMLElement>(CELL_EDITOR)
    const mode = isAllowed ? 'text' : 'none'
    if (editor === null || editor.inputMode === mode) return
    editor.inputMode = mode
    // Browsers look at it when the focus comes.
    if (document.activeElement === editor) focusCells()
  }

  /** Opens the selected cell for typing, as a double click does. */
  open(): void {
    void this.#injector.get(ICommandService).executeCommand(SetCellEditVisibleOperation.id, {
      visible: true,
      eventType: DeviceInputEventType.Dblclick,
      unitId: this.#workbook.getId(),
    })
  }

  /** Takes the keyboard away unless something is typed. */
  settle(): void {
    this.allow(this.#isTyping)
  }

  get #isTyping(): boolean {
    return this.#injector.get(IEditorBridgeService).isVisible().visible
  }

  /** Scrolls to the cell in which something is typed if it isn't in sight. */
  readonly #reveal = (): void => {
    if (!this.#isTyping) return
    const cell = this.#injector.get(IEditorBridgeService).getEditLocation()
    if (!cell) return
    const { row, column } = cell
    const range = { startRow: row, endRow: row, startColumn: column, endColumn: column }
    const params = { unitId: this.#workbook.getId(), range }
    void this.#injector.get(ICommandService).executeCommand(ScrollToCellOperation.id, params)
    this.#follow()
  }

  /** Keeps what is typed over its cell: Univer leaves it where the cell was. */
  #follow(): void {
    if (!this.#isTyping) return
    this.#injector.get(IEditorBridgeService).refreshEditCellPosition(false)
    this.#injector.get(SheetCellEditorResizeService).fitTextSize()
  }
}
