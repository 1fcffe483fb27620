import { CommandType, ICommandService, type IContextService, type Injector } from '@univerjs/core'
import {
  ContextMenuGroup,
  ContextMenuPosition,
  IMenuManagerService,
  IShortcutService,
  KeyCode,
  MenuItemType,
  MetaKeys,
  SheetsSelectionsService,
  whenSheetEditorFocused,
} from '@univerjs/preset-sheets-core'
import { EDIT_LINK, EDIT_NOTE } from '@whereabouts/univer/late'
import { map, startWith } from 'rxjs'
import type { CellCards } from './cell-cards.js'

const DELETE_NOTE = 'whereabouts.command.delete-note'
const DELETE_LINK = 'whereabouts.command.delete-link'
const FOLLOW_LINK = 'whereabouts.operation.follow-link'

/** Adds the commands, keys and menu items for notes and links. @see OFFICE.md SH146, SH151 */
export function addCommands(injector: Injector, cards: CellCards): void {
  const commands = injector.get(ICommandService)
  const { OPERATION, COMMAND } = CommandType
  const handlers: readonly [id: string, type: CommandType, handler: () => boolean][] = [
    [EDIT_NOTE, OPERATION, () => cards.editNote()],
    [DELETE_NOTE, COMMAND, () => cards.deleteNote()],
    [EDIT_LINK, OPERATION, () => cards.editLink()],
    [DELETE_LINK, COMMAND, () => cards.deleteLink()],
    [FOLLOW_LINK, OPERATION, () => cards.followLink()],
  ]
  for (const [id, type, handler] of handlers) commands.registerCommand({ id, type, handler })
  // Selecting, scrolling, zooming and switching sheets are all commands.
  commands.onCommandExecuted(cards.showSoon)
  addKeys(injector, cards)
  addMenus(injector, cards)
}

function addKeys(injector: Injector, cards: CellCards): void {
  const shortcuts = injector.get(IShortcutService)
  const preconditions = whenSheetEditorFocused
  const ifLink = (context: IContextService) => whenSheetEditorFocused(context) && cards.hasLink
  const { SHIFT, CTRL_COMMAND, ALT } = MetaKeys
  for (const shortcut of [
    { id: EDIT_NOTE, binding: KeyCode.F2 | SHIFT, preconditions },
    { id: EDIT_LINK, binding: KeyCode.K | CTRL_COMMAND, preconditions },
    { id: FOLLOW_LINK, binding: KeyCode.ENTER | ALT, preconditions: ifLink, priority: 1 },
  ]) {
    shortcuts.registerShortcut(shortcut)
  }
}

function addMenus(injector: Injector, cards: CellCards): void {
  const { selectionMoveEnd$ } = injector.get(SheetsSelectionsService)
  const { texts } = cards
  const item = (id: string, commandId: string, title: string, isShown: () => boolean) => {
    const hidden$ = selectionMoveEnd$.pipe(
      startWith(null),
      map(() => !isShown()),
    )
    const disabled$ = selectionMoveEnd$.pipe(
      startWith(null),
      map(() => !cards.hasCell),
    )
    const made = { id, commandId, type: MenuItemType.BUTTON, title, hidden$, disabled$ } as const
    return { [id]: { order: 0, menuItemFactory: () => made } }
  }
  const [hasNote, hasLink] = [() => cards.hasNote, () => cards.hasLink]
  injector.get(IMenuManagerService).mergeMenu({
    [ContextMenuPosition.MAIN_AREA]: {
      [ContextMenuGroup.OTHERS]: {
        order: 0,
        ...item(EDIT_NOTE, EDIT_NOTE, texts.addNote, () => !hasNote()),
        ...item(`${EDIT_NOTE}.again`, EDIT_NOTE, texts.editNote, hasNote),
        ...item(DELETE_NOTE, DELETE_NOTE, texts.deleteNote, hasNote),
        ...item(EDIT_LINK, EDIT_LINK, texts.addLink, () => !hasLink()),
        ...item(`${EDIT_LINK}.again`, EDIT_LINK, texts.editLink, hasLink),
        ...item(DELETE_LINK, DELETE_LINK, texts.deleteLink, hasLink),
      },
    },
  })
}
