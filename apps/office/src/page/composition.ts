import type { Node } from '@tiptap/pm/model'
import type { EditorView } from '@tiptap/pm/view'

/**
 * Keeps what an input method is writing, such as the letters of a Chinese word, for when the browser breaks
 * that off because others change the block: it starts again, and the letters so far would stay.
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

  /** @param text all that is composed by now; nothing at the end. */
  update(text: string): void {
    this.#text = text
  }

  /** Call it before others' changes are shown. */
  watch(): void {
    const isOpen = this.#text !== '' && this.#view.composing
    this.#node = isOpen ? (document.getSelection()?.focusNode ?? null) : null
  }

  /** Call it when they are shown: what is left of a composition that they broke off. */
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

/** Where letters stand in a block that end at a place or go on over it. */
function findAround(block: Node, offset: number, text: string) {
  for (let from = offset - text.length; from <= offset; from++) {
    const to = from + text.length
    if (from < 0 || to > block.content.size) continue
    if (block.textBetween(from, to, '', '\uFFFC') === text) return { from, to }
  }
  return undefined
}
