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

/** What the id of a command of Univer's list of functions begins with; the editor's id follows. */
const SUGGESTIONS = 'sheet.formula-embedding-editor.search_function.'
/** What the list shows as the part that was typed. */
const SEARCHED = '[data-u-comp="sheets-formula-editor"] li > span > span'
const CHOOSING: ReadonlySet<unknown> = new Set([KeyCode.ARROW_UP, KeyCode.ARROW_DOWN])

/**
 * Has Enter write the formula that was typed. Univer searches for functions a while after typing, so
 * its list may be of a word that is no longer at the caret, and took Enter for it.
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
  /** The text up to the caret for which a list is shown. */
  #listed: string | null = null
  /** The same when an arrow key last moved the choice in that list. */
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

  /** Whether the list is of the word at the caret. */
  #isCurrent(id: string): boolean {
    const typed = this.#typed(id)
    if (typed === null || typed !== this.#listed) return false
    const searched = document.querySelector(SEARCHED)?.textContent
    const [word] = /[\w.]+$/.exec(typed) ?? []
    return searched?.toUpperCase() === word?.toUpperCase()
  }

  /** What is typed up to the caret; `null` if a part of it is selected. */
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
