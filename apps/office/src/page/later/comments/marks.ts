import type { Editor } from '@tiptap/core'
import type { EditorState, Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { COMMENTS, type LatePart, type Match } from '../../late-parts.js'
import { matchOf } from './anchors.js'
import type { Thread } from './comments-document.js'
import { TEXTS } from './texts.js'

/** Where the threads of a page are, by their ids; one whose text is deleted is nowhere. */
export type Ranges = ReadonlyMap<string, Match>

/** The commented text of a page, as it is drawn. */
export interface Marked {
  readonly ranges: Ranges
  readonly drawn: DecorationSet
}

const META = 'comments'
/** Soon enough to be seen at once, and late enough not to be done for each key. */
const AFTER_MS = 120

/** Marks the text of open threads, and changes nothing of the page. @see OFFICE.md PG71 */
export class CommentMarks implements LatePart<Marked> {
  readonly #editor: Editor
  #changed: ((ranges: Ranges) => void) | undefined
  #threads: readonly Thread[] = []
  #current: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(editor: Editor) {
    this.#editor = editor
  }

  /** @param changed called when threads may be at other places @returns a function that takes the marks away */
  start(changed: (ranges: Ranges) => void): () => void {
    this.#changed = changed
    this.#editor.on('transaction', this.#follow)
    COMMENTS.fill(this.#editor, this)
    return () => {
      clearTimeout(this.#timer)
      this.#editor.off('transaction', this.#follow)
      this.#changed = undefined
      this.#threads = []
      this.#draw()
    }
  }

  readonly init = ({ doc }: EditorState): Marked => this.#mark(doc)

  // A local edit reaches the document a moment later; until then the marks move with the text.
  readonly apply = (tr: Transaction, before: Marked, { doc }: EditorState): Marked => {
    if (tr.getMeta(META) === true) return this.#mark(doc)
    if (!tr.docChanged) return before
    return { ...before, drawn: before.drawn.map(tr.mapping, tr.doc) }
  }

  readonly decorations = ({ drawn }: Marked): DecorationSet => drawn

  /** Shows other threads, or another one as the current. */
  show(threads: readonly Thread[], current: string | undefined): void {
    if (threads === this.#threads && current === this.#current) return
    this.#threads = threads
    this.#current = current
    this.#draw()
  }

  readonly #follow = ({ transaction }: { readonly transaction: Transaction }): void => {
    if (transaction.docChanged) this.#wait()
  }

  #wait(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#draw(), AFTER_MS)
  }

  #draw(): void {
    const { isDestroyed, view } = this.#editor
    if (isDestroyed) return
    // New elements within a composition would break it off.
    if (view.composing) return this.#wait()
    view.dispatch(view.state.tr.setMeta(META, true).setMeta('addToHistory', false))
  }

  #mark(doc: EditorState['doc']): Marked {
    const ranges = new Map<string, Match>()
    const drawn: Decoration[] = []
    for (const { id, anchor, resolved } of this.#threads) {
      const at = matchOf(this.#editor, doc, anchor)
      if (at === undefined) continue
      ranges.set(id, at)
      if (resolved === undefined) drawn.push(this.#drawOne(id, at))
    }
    // React must not render while the editor applies a transaction.
    queueMicrotask(() => this.#changed?.(ranges))
    return { ranges, drawn: DecorationSet.create(doc, drawn) }
  }

  #drawOne(id: string, { from, to }: Match): Decoration {
    return Decoration.inline(from, to, {
      class: id === this.#current ? 'commented current' : 'commented',
      'data-thread': id,
      role: 'mark',
      'aria-description': TEXTS.commented,
    })
  }
}
