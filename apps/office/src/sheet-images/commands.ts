import { CommandType, ICommandService, type Univer } from '@univerjs/core'
import {
  ContextMenuGroup,
  ContextMenuPosition,
  ComponentManager,
  IMenuManagerService,
  IShortcutService,
  ISheetClipboardService,
  KeyCode,
  MenuItemType,
  MetaKeys,
  whenSheetEditorFocused,
} from '@univerjs/preset-sheets-core'
import { lateIcon } from '../late-icons.js'
import { addFloatingKeys, focusNextFloating } from '../next-floating.js'
import type { SheetImages } from './sheet-images.js'

const INSERT = 'whereabouts.operation.insert-image'
const FOCUS = 'whereabouts.operation.focus-floating'
const ICON = 'WhereaboutsAddImageIcon'
// As a name, so that what is loaded before the cells needn't have it.
const [RIBBON, MEDIA] = ['ribbon.insert', 'ribbon.insert.media'] as const
const TYPES = 'image/png,image/jpeg,image/gif,image/webp'

/** Adds what inserts images, and the keys that lead to them and to charts. @see OFFICE.md SH181 */
export function addCommands(univer: Univer, images: SheetImages): void {
  const injector = univer.__getInjector()
  const commands = injector.get(ICommandService)
  const { OPERATION: type } = CommandType
  commands.registerCommand({ id: INSERT, type, handler: () => choose(images) })
  commands.registerCommand({ id: FOCUS, type, handler: focusNextFloating })
  addFloatingKeys()
  // Scrolling, zooming, freezing, resizing and switching sheets are all commands.
  commands.onCommandExecuted(images.drawSoon)
  injector.get(IShortcutService).registerShortcut({
    id: FOCUS,
    binding: KeyCode.Digit5 | MetaKeys.CTRL_COMMAND | MetaKeys.ALT,
    preconditions: whenSheetEditorFocused,
  })
  injector.get(ComponentManager).register(ICON, lateIcon('AddImageIcon'))
  const { insert: title } = images.texts
  const made = { id: INSERT, type: MenuItemType.BUTTON, icon: ICON, title, tooltip: title } as const
  const item = { [INSERT]: { order: 9, menuItemFactory: () => made } }
  injector.get(IMenuManagerService).mergeMenu({
    [RIBBON]: { [MEDIA]: { order: 0, ...item } },
    [ContextMenuPosition.MAIN_AREA]: { [ContextMenuGroup.OTHERS]: { order: 0, ...item } },
  })
  takePasted(injector.get(ISheetClipboardService), images)
  takeDropped(images)
}

/** Lets the user choose files. */
function choose(images: SheetImages): boolean {
  if (!images.mayEdit) return false
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = TYPES
  input.multiple = true
  input.addEventListener('change', () => void images.insert([...(input.files ?? [])]))
  input.click()
  return true
}

const isImage = (type: string): boolean => type.startsWith('image/')

/** Takes a pasted image before the cells refuse it. Of text with an image, the text is pasted. */
function takePasted(clipboard: ISheetClipboardService, images: SheetImages): void {
  const paste = clipboard.paste.bind(clipboard)
  const legacyPaste = clipboard.legacyPaste.bind(clipboard)
  clipboard.paste = async (item, way) => {
    const file = item.types.includes('text/plain') ? undefined : await imageIn(item)
    if (file === undefined || !(await isOnlyImage(item))) return paste(item, way)
    if (images.mayEdit) await images.insert([file])
    return true
  }
  clipboard.legacyPaste = async (html, text, files = []) => {
    const pictures = files.filter(({ type }) => isImage(type))
    if (pictures.length === 0 || text) return legacyPaste(html, text, files)
    if (images.mayEdit) await images.insert(pictures)
    return true
  }
}

async function imageIn(item: ClipboardItem): Promise<File | undefined> {
  const type = item.types.find(isImage)
  return type === undefined ? undefined : new File([await item.getType(type)], '', { type })
}

/** Browsers copy an image together with HTML that has nothing else. */
async function isOnlyImage(item: ClipboardItem): Promise<boolean> {
  if (!item.types.includes('text/html')) return true
  const html = await (await item.getType('text/html')).text()
  const { body } = new DOMParser().parseFromString(html, 'text/html')
  return body.textContent.trim() === '' && body.querySelector('table') === null
}

/** Takes images that are dropped on the cells, before they are opened as files. */
function takeDropped(images: SheetImages): void {
  addEventListener(
    'drop',
    (event) => {
      const files = [...(event.dataTransfer?.files ?? [])]
      const { x, y } = event
      const box = images.canvas.getBoundingClientRect()
      const isOnCells = x >= box.left && x < box.right && y >= box.top && y < box.bottom
      if (!isOnCells || files.length === 0 || !files.every(({ type }) => isImage(type))) return
      event.preventDefault()
      event.stopPropagation()
      if (images.mayEdit) void images.insert(files, { x, y })
    },
    { capture: true },
  )
}
