import { ICommandService, type Injector } from '@univerjs/core'
import {
  FunctionType,
  IDescriptionService,
  IEditorService,
  InsertCommand,
  KeyCode,
  type IInsertCommandParams,
} from '@univerjs/preset-sheets-core'

/** The beginning of the id of the list's command; the editor's id follows. */
export const SUGGESTIONS = 'sheet.formula-embedding-editor.search_function.'
/** The rows of Univer's list of functions, in the page. */
const ROWS = '[data-u-comp="sheets-formula-editor"] li'
/** The row that looks chosen. */
const CHOSEN = `${ROWS}.univer-bg-gray-200`
/** The name of a row's function; its first part is what was typed. */
const NAME = 'span:first-child'
const SEARCHED = `${ROWS} > ${NAME} > span:first-child`
/** Names that take no arguments. */
const WITHOUT_BRACKET: ReadonlySet<unknown> = new Set([
  FunctionType.DefinedName,
  FunctionType.Table,
])

/** A word of a formula, and where in the text it begins. */
interface Word {
  readonly text: string
  readonly start: number
}

/** The list of functions that Univer shows while a formula is typed in one of its editors. */
export class FunctionList {
  readonly #editorId: string
  readonly #injector: Injector

  constructor(editorId: string, injector: Injector) {
    this.#editorId = editorId
    this.#injector = injector
  }

  /** Returns the row of the list at a point of the page, if there is one. */
  static rowAt(target: EventTarget | null): Element | null {
    return target instanceof Element ? target.closest(ROWS) : null
  }

  /** The row that looks chosen, or else the first. */
  get chosen(): Element | null {
    return document.querySelector(CHOSEN) ?? document.querySelector(ROWS)
  }

  /** The text before the caret; `null` if part of it is selected. */
  get typed(): string | null {
    const caret = this.#caret
    return caret === null ? null : this.#text.slice(0, caret)
  }

  /** Whether the list belongs to the word at the caret. */
  get isCurrent(): boolean {
    const searched = document.querySelector(SEARCHED)?.textContent
    return searched?.toUpperCase() === wordBefore(this.typed ?? '').text.toUpperCase()
  }

  /**
   * Writes the function of a row instead of the word at the caret, as if it were typed. Univer would
   * move the caret 30 ms after the text, so that keys pressed meanwhile went into the name.
   */
  take(row: Element): void {
    const name = row.querySelector(NAME)?.textContent
    const caret = this.#caret
    if (name === undefined || caret === null) return
    const text = this.#text
    const { start } = wordBefore(text.slice(0, caret))
    const end = caret + /^[\w.]*/.exec(text.slice(caret))![0].length
    const written = text[end] === '(' || !this.#takesArguments(name) ? name : `${name}(`
    const params: IInsertCommandParams = {
      unitId: this.#editorId,
      range: { startOffset: start, endOffset: end, collapsed: start === end },
      body: { dataStream: written },
    }
    const commands = this.#injector.get(ICommandService)
    commands.syncExecuteCommand(SUGGESTIONS + this.#editorId, { keyCode: KeyCode.ESC })
    void commands.executeCommand(InsertCommand.id, params)
  }

  #takesArguments(name: string): boolean {
    const info = this.#injector.get(IDescriptionService).getFunctionInfo(name)
    return info !== undefined && !WITHOUT_BRACKET.has(info.functionType)
  }

  get #text(): string {
    return this.#editor?.getDocumentData().body?.dataStream ?? ''
  }

  get #caret(): number | null {
    const [range] = this.#editor?.getSelectionRanges() ?? []
    return range?.collapsed === true ? range.startOffset : null
  }

  get #editor() {
    return this.#injector.get(IEditorService).getEditor(this.#editorId)
  }
}

function wordBefore(typed: string): Word {
  const [text] = /[\w.]*$/.exec(typed)!
  return { text, start: typed.length - text.length }
}
