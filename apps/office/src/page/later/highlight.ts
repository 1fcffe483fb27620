import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import type { EditorState, Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { untilLoaded } from '../../late-part.js'
import type { LatePart } from '../late-parts.js'
import type { Token } from './highlighter.js'

type TokensOf = (language: string, code: string) => readonly Token[]

const META = 'highlight'
const MAX_CHARACTERS = 50_000

/** Colors code by its language, and changes nothing of the document. @see OFFICE.md PE5 */
export class Highlight implements LatePart<DecorationSet> {
  readonly #editor: Editor
  /** Loaded when a page first has code in a language. */
  #tokensOf: TokensOf | 'loading' | undefined
  readonly #known = new WeakMap<Node, readonly Token[]>()

  constructor(editor: Editor) {
    this.#editor = editor
  }

  readonly init = ({ doc }: EditorState): DecorationSet => this.#draw(doc)

  readonly apply = (tr: Transaction, before: DecorationSet): DecorationSet => {
    // New elements within a composition would break it off.
    if (tr.getMeta('composition') !== undefined) return before.map(tr.mapping, tr.doc)
    return tr.docChanged || tr.getMeta(META) === true ? this.#draw(tr.doc) : before
  }

  readonly decorations = (drawn: DecorationSet): DecorationSet => drawn

  /** Draws again, such as after a composition. */
  readonly redraw = (): void => {
    const { view, isDestroyed } = this.#editor
    if (!isDestroyed && !view.composing) view.dispatch(view.state.tr.setMeta(META, true))
  }

  #draw(doc: Node): DecorationSet {
    const drawn: Decoration[] = []
    doc.descendants((node, at) => {
      const language: unknown = node.attrs['language']
      if (node.type.name === 'codeBlock' && typeof language === 'string') {
        const found = this.#drawCode(node, language.toLowerCase(), at + 1)
        for (const each of found) drawn.push(each)
      }
      return !node.isTextblock
    })
    return drawn.length === 0 ? DecorationSet.empty : DecorationSet.create(doc, drawn)
  }

  #drawCode(node: Node, language: string, start: number): readonly Decoration[] {
    const tokens = this.#known.get(node) ?? this.#read(node, language)
    return tokens.map(({ from, to, kind }) =>
      Decoration.inline(start + from, start + to, { class: kind }),
    )
  }

  #read(node: Node, language: string): readonly Token[] {
    if (this.#tokensOf === undefined) void this.#load()
    if (typeof this.#tokensOf !== 'function' || node.content.size > MAX_CHARACTERS) return []
    const tokens = this.#tokensOf(language, node.textBetween(0, node.content.size, '', '\uFFFC'))
    this.#known.set(node, tokens)
    return tokens
  }

  async #load(): Promise<void> {
    this.#tokensOf = 'loading'
    const { tokensOf } = await untilLoaded(() => import('./highlighter.js'))
    this.#tokensOf = tokensOf
    this.redraw()
  }
}
