import {
  CommandType,
  ICommandService,
  IContextService,
  Injector,
  toDisposable,
  type DependencyOverride,
  type IDisposable,
} from '@univerjs/core'
import {
  ILayoutService,
  IPlatformService,
  IShortcutService,
  KeyCode,
  ShortcutService,
  type IShortcutItem,
} from '@univerjs/preset-sheets-core'
import { FunctionList, SUGGESTIONS } from './function-list.js'

const TAKE = 'whereabouts.take-function'
const CHOOSING: ReadonlySet<unknown> = new Set([KeyCode.ARROW_UP, KeyCode.ARROW_DOWN])

/**
 * Makes Enter write the typed formula. Univer searches for functions with a delay, so its list may
 * belong to a word that is no longer at the caret, and used to take Enter for itself. What is taken from the
 * list is written by `FunctionList`.
 *
 * @see OFFICE.md SH101, SH102, SH110
 */
export function overrideShortcuts(): DependencyOverride {
  const deps = [ICommandService, IPlatformService, IContextService, ILayoutService, Injector]
  return [[IShortcutService, { useFactory: createShortcuts, deps }]]
}

const createShortcuts = (...services: Services) => new OwnShortcuts(...services)

type Services = [ICommandService, IPlatformService, IContextService, ILayoutService, Injector]

class OwnShortcuts extends ShortcutService {
  readonly #injector: Injector
  #list: FunctionList | null = null
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
        this.#chosen = this.#list?.typed ?? null
      }),
    )
    const handler = () => this.#take(this.#list?.chosen ?? null)
    this.disposeWithMe(commands.registerCommand({ id: TAKE, type: CommandType.OPERATION, handler }))
    document.addEventListener('click', this.#takeClicked, { capture: true })
    this.disposeWithMe(
      toDisposable(() => {
        document.removeEventListener('click', this.#takeClicked, { capture: true })
      }),
    )
  }

  override registerShortcut(shortcut: IShortcutItem): IDisposable {
    const { id, binding } = shortcut
    if (!id.startsWith(SUGGESTIONS)) return super.registerShortcut(shortcut)
    this.#list = new FunctionList(id.slice(SUGGESTIONS.length), this.#injector)
    const { typed } = this.#list
    // Univer registers them again for the same text, when it draws the list once more.
    if (typed !== this.#listed) this.#chosen = null
    this.#listed = typed
    switch (binding) {
      case KeyCode.TAB: {
        const preconditions = () => this.#isCurrent
        return super.registerShortcut({ ...shortcut, id: TAKE, preconditions })
      }
      case KeyCode.ENTER: {
        const preconditions = () => this.#isCurrent && this.#chosen === this.#listed
        return super.registerShortcut({ ...shortcut, id: TAKE, preconditions })
      }
      default:
        return super.registerShortcut(shortcut)
    }
  }

  /** Whether the list belongs to the word at the caret. */
  get #isCurrent(): boolean {
    const list = this.#list
    return list !== null && list.typed === this.#listed && list.isCurrent
  }

  readonly #takeClicked = (event: MouseEvent): void => {
    const row = FunctionList.rowAt(event.target)
    if (this.#take(row)) event.stopPropagation()
  }

  #take(row: Element | null): boolean {
    if (row === null || this.#list === null) return false
    this.#list.take(row)
    return true
  }
}

const keyOf = (params: object | undefined): unknown =>
  params !== undefined && 'keyCode' in params ? params.keyCode : undefined
