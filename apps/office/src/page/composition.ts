import type { Node } from '@tiptap/pm/model'
import type { EditorView } from '@tiptap/pm/view'

/**
 * Remembers what an input method is composing, such as the letters of a Chinese word. When others
 * change the block, the browser starts the composition again and would leave the letters so far.
 *
 * @see OFFICE.md PG47
 */
export class Composition {
  readonly #view: EditorView
  #text = ''
  #node: globalThis.Node | null = null

  constructor(view: EditorView) {
    this.#view = view
  }

  /** @param text everything composed so far; empty at the end */
  update(text: string): void {
    this.#text = text
  }

  /** Notes an open composition; call it before others' changes are shown. */
  watch(): void {
    const isOpen = this.#text !== '' && this.#view.composing
    this.#node = isOpen ? (document.getSelection()?.focusNode ?? null) : null
  }

  /**
   * Returns the remains of a composition that the shown changes interrupted; call it after they are
   * shown.
   */
  takeBroken(): { readonly from: number; readonly to: number } | undefined {
    const node = this.#node
    const isWhole = node?.isConnected === true && node.textContent?.includes(this.#text) === true
    if (node === null || isWhole) return undefined
    const { $head } = this.#view.state.selection
    const at = findAround($head.parent, $head.parentOffset, this.#text)
    this.#text = ''
    if (at === undefined) return undefined
    return { from: $head.start() + at.from, to: $head.start() + at.to }
  }
}

/** Finds letters in a block that end at, or extend over, an offset. */
function findAround(block: Node, offset: number, text: string) {
  for (let from = offset - text.length; from <= offset; from++) {
    const to = from + text.length
    if (from < 0 || to > block.content.size) continue
    if (block.textBetween(from, to, '', '\uFFFC') === text) return { from, to }
  }
  return undefined
}
