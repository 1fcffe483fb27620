import {
  ICommandService,
  IContextService,
  Injector,
  type DependencyOverride,
  type IDisposable,
} from '@univerjs/core'
import {
  IEditorService,
  ILayoutService,
  IPlatformService,
  IShortcutService,
  KeyCode,
  ShortcutService,
  type IShortcutItem,
} from '@univerjs/preset-sheets-core'

/** The beginning of a command id of Univer's function list; the editor's id follows. */
const SUGGESTIONS = 'sheet.formula-embedding-editor.search_function.'
/** The element of the list that shows the typed part. */
const SEARCHED = '[data-u-comp="sheets-formula-editor"] li > span > span'
const CHOOSING: ReadonlySet<unknown> = new Set([KeyCode.ARROW_UP, KeyCode.ARROW_DOWN])

/**
 * Makes Enter write the typed formula. Univer searches for functions with a delay, so its list may
 * belong to a word that is no longer at the caret, and used to take Enter for itself.
 *
 * @see OFFICE.md SH101, SH102
 */
export function overrideShortcuts(): DependencyOverride {
  const deps = [ICommandService, IPlatformService, IContextService, ILayoutService, Injector]
  return [[IShortcutService, { useFactory: createShortcuts, deps }]]
}

const createShortcuts = (...services: Services) => new OwnShortcuts(...services)

type Services = [ICommandService, IPlatformService, IContextService, ILayoutService, Injector]

class OwnShortcuts extends ShortcutService {
  readonly #injector: Injector
  /** The text before the caret for which the list is shown. */
  #listed: string | null = null
  /** The same text, if an arrow key has moved the choice in the list. */
  #chosen: string | null = null

  constructor(...[commands, platform, context, layout, injector]: Services) {
    super(commands, platform, context, layout)
    this.#injector = injector
    this.disposeWithMe(
      commands.onCommandExecuted(({ id, params }) => {
        if (!id.startsWith(SUGGESTIONS) || !CHOOSING.has(keyOf(params))) return
        this.#chosen = this.#typed(id)
      }),
    )
  }

  override registerShortcut(shortcut: IShortcutItem): IDisposable {
    const { id, binding } = shortcut
    if (!id.startsWith(SUGGESTIONS)) return super.registerShortcut(shortcut)
    this.#listed = this.#typed(id)
    this.#chosen = null
    switch (binding) {
      case KeyCode.TAB:
        return super.registerShortcut({ ...shortcut, preconditions: () => this.#isCurrent(id) })
      case KeyCode.ENTER: {
        const preconditions = () => this.#isCurrent(id) && this.#chosen === this.#listed
        return super.registerShortcut({ ...shortcut, preconditions })
      }
      default:
        return super.registerShortcut(shortcut)
    }
  }

  /** Returns whether the list belongs to the word at the caret. */
  #isCurrent(id: string): boolean {
    const typed = this.#typed(id)
    if (typed === null || typed !== this.#listed) return false
    const searched = document.querySelector(SEARCHED)?.textContent
    const [word] = /[\w.]+$/.exec(typed) ?? []
    return searched?.toUpperCase() === word?.toUpperCase()
  }

  /** Returns the text before the caret; `null` if part of it is selected. */
  #typed(id: string): string | null {
    const editor = this.#injector.get(IEditorService).getEditor(id.slice(SUGGESTIONS.length))
    const [range] = editor?.getSelectionRanges() ?? []
    if (range?.collapsed !== true) return null
    const text = editor?.getDocumentData().body?.dataStream ?? ''
    return text.slice(0, range.startOffset)
  }
}

const keyOf = (params: object | undefined): unknown =>
  params !== undefined && 'keyCode' in params ? params.keyCode : undefined
