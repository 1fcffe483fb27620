import { CommandType, ICommandService, type Injector, type Univer } from '@univerjs/core'
import {
  ContextMenuGroup,
  ContextMenuPosition,
  HoverManagerService,
  IEditorBridgeService,
  IMenuManagerService,
  IShortcutService,
  KeyCode,
  MenuItemType,
  MetaKeys,
  SheetsSelectionsService,
  whenSheetEditorFocused,
} from '@univerjs/preset-sheets-core'
import type { GivenBack, SharedWorkbook } from '@whereabouts/univer'
import { addNotes as addToGrid, CellBoxes, EDIT_NOTE, type Notes } from '@whereabouts/univer/late'
import { map, startWith } from 'rxjs'
import { focusCells } from '../focus-cells.js'
import { t } from '../language/language.js'
import { Card, type Box } from './card.js'
import { NoteField } from './note-field.js'
import { loadTexts, type CellTexts } from './texts.js'

const DELETE_NOTE = 'whereabouts.command.delete-note'

interface Place {
  readonly sheet: string
  readonly row: number
  readonly column: number
}

/** A note that is edited. */
interface Edited {
  readonly sheet: string
  /** The key of its cell, which others may move. */
  readonly key: string
  readonly before: string
}

/** Shows the notes of cells, and lets them be written by menu and by keyboard. @see OFFICE.md SH145, SH146 */
export async function addNotes(
  univer: Univer,
  shared: SharedWorkbook,
  giveBack: (given: GivenBack) => void,
): Promise<void> {
  const injector = univer.__getInjector()
  const notes = addToGrid(injector, shared)
  new NotesInWindow(injector, shared, notes, await loadTexts(), giveBack).start()
}

class NotesInWindow {
  readonly #injector: Injector
  readonly #shared: SharedWorkbook
  readonly #notes: Notes
  readonly #texts: CellTexts
  readonly #giveBack: (given: GivenBack) => void
  readonly #card = new Card()
  readonly #boxes: CellBoxes
  readonly #selections: SheetsSelectionsService
  #hovered: Place | null = null
  #edited: Edited | null = null
  #isWaiting = false

  constructor(
    injector: Injector,
    shared: SharedWorkbook,
    notes: Notes,
    texts: CellTexts,
    giveBack: (given: GivenBack) => void,
  ) {
    this.#injector = injector
    this.#shared = shared
    this.#notes = notes
    this.#texts = texts
    this.#giveBack = giveBack
    this.#boxes = new CellBoxes(shared.workbook, injector)
    this.#selections = injector.get(SheetsSelectionsService)
  }

  start(): void {
    const commands = this.#injector.get(ICommandService)
    const operation = { id: EDIT_NOTE, type: CommandType.OPERATION, handler: () => this.#edit() }
    commands.registerCommand(operation)
    commands.registerCommand({
      id: DELETE_NOTE,
      type: CommandType.COMMAND,
      handler: () => this.#delete(),
    })
    this.#injector.get(IShortcutService).registerShortcut({
      id: EDIT_NOTE,
      binding: KeyCode.F2 | MetaKeys.SHIFT,
      preconditions: whenSheetEditorFocused,
    })
    this.#addMenus()
    this.#injector.get(HoverManagerService).currentCell$.subscribe((cell) => {
      const { subUnitId: sheet, row, col: column } = cell?.location ?? {}
      const isAny = sheet !== undefined && row !== undefined && column !== undefined
      this.#hovered = isAny ? { sheet, row, column } : null
      this.#showSoon()
    })
    // Selecting, scrolling, zooming and switching sheets are all commands.
    commands.onCommandExecuted(this.#showSoon)
    this.#shared.subscribe(this.#showSoon)
    addEventListener('resize', this.#showSoon)
    document.addEventListener('pointerleave', () => {
      this.#hovered = null
      this.#showSoon()
    })
  }

  #addMenus(): void {
    const { addNote, editNote, deleteNote } = this.#texts
    const has = () => this.#noteAt(this.#selected) !== undefined
    const edit = `${EDIT_NOTE}.again`
    this.#injector.get(IMenuManagerService).mergeMenu({
      [ContextMenuPosition.MAIN_AREA]: {
        [ContextMenuGroup.OTHERS]: {
          order: 0,
          [EDIT_NOTE]: this.#item(EDIT_NOTE, EDIT_NOTE, addNote, () => !has()),
          [edit]: this.#item(edit, EDIT_NOTE, editNote, has),
          [DELETE_NOTE]: this.#item(DELETE_NOTE, DELETE_NOTE, deleteNote, has),
        },
      },
    })
  }

  #item(id: string, commandId: string, title: string, isShown: () => boolean) {
    const hidden$ = this.#selections.selectionMoveEnd$.pipe(
      startWith(null),
      map(() => !isShown()),
    )
    const item = { id, commandId, type: MenuItemType.BUTTON, title, hidden$ } as const
    return { order: 0, menuItemFactory: () => item }
  }

  /** The cell that is selected alone. */
  get #selected(): Place | null {
    const { primary, range } = this.#selections.getCurrentLastSelection() ?? {}
    if (!primary || range === undefined) return null
    const { actualRow: row, actualColumn: column, isMerged, isMergedMainCell } = primary
    const isOne = range.startRow === range.endRow && range.startColumn === range.endColumn
    if (!isOne && !isMerged && !isMergedMainCell) return null
    return { sheet: this.#sheet, row, column }
  }

  get #sheet(): string {
    return this.#shared.workbook.getActiveSheet().getSheetId()
  }

  #noteAt(place: Place | null): string | undefined {
    return place === null ? undefined : this.#notes.at(place)
  }

  readonly #showSoon = (): void => {
    if (this.#isWaiting) return
    this.#isWaiting = true
    requestAnimationFrame(() => {
      this.#isWaiting = false
      this.#show()
    })
  }

  #show(): void {
    if (this.#edited !== null) {
      this.#card.place(this.#boxOf(this.#placeOf(this.#edited)))
      return
    }
    const isTyping = this.#injector.get(IEditorBridgeService).isVisible().visible
    const [hovered, selected] = [this.#hovered, isTyping ? null : this.#selected]
    const shown = this.#noteAt(hovered) === undefined ? selected : hovered
    const note = this.#noteAt(shown)
    const box = this.#boxOf(shown)
    if (note === undefined || box === undefined) this.#card.hide()
    else {
      this.#card.show(note, this.#labelOf(shown!), shown === hovered)
      this.#card.place(box)
    }
  }

  #boxOf(place: Place | null): Box | undefined {
    return place?.sheet === this.#sheet ? this.#boxes.of(place) : undefined
  }

  #placeOf({ sheet, key }: Edited): Place | null {
    const at = this.#shared.positionOf(sheet, key)
    return at === undefined ? null : { sheet, ...at }
  }

  #labelOf({ row, column }: Place): string {
    const range = this.#shared.workbook.getActiveSheet().getRange(row, column)
    return this.#texts.noteOf(range.getA1Notation())
  }

  #edit(): boolean {
    const place = this.#selected
    const key = place === null ? undefined : this.#shared.keyAt(place)
    if (place === null || key === undefined || this.#edited !== null) return false
    const before = this.#noteAt(place) ?? ''
    const label = this.#labelOf(place)
    const names = { label, placeholder: this.#texts.writeNote }
    const field = new NoteField(before, names, this.#done)
    this.#edited = { sheet: place.sheet, key, before }
    this.#card.show(field.element, label, false)
    this.#card.place(this.#boxOf(place))
    // Univer gives the focus back to the cells once a menu's command has begun.
    queueMicrotask(() => field.focus())
    return true
  }

  readonly #done = (text: string, isByKey: boolean): void => {
    const edited = this.#edited
    this.#edited = null
    if (edited === null) return
    const place = this.#placeOf(edited)
    if (text !== edited.before) {
      const isWritten = place !== null && this.#notes.write(place, text)
      if (!isWritten && text !== '')
        this.#giveBack({ reason: t('grid.cellGone'), text, isTable: false })
    }
    this.#showSoon()
    if (isByKey) focusCells()
  }

  #delete(): boolean {
    const place = this.#selected
    return place !== null && this.#notes.write(place, '')
  }
}
