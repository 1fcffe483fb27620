import type { Node } from '@tiptap/pm/model'
import {
  NodeSelection,
  PluginKey,
  TextSelection,
  type EditorState,
  type Transaction,
} from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import type { UndoManager } from 'yjs'
import type { PageDocument, WriteHint } from '../page-document/page-document.js'
import { toPlace, toRelative, type RelativeJson } from '../page-document/places.js'
import { Converter } from './convert.js'
import type { Cursor } from './cursors.js'
import { hasBefore, placeAt, positionAt } from './flow-positions.js'
import { patchChildren } from './patch.js'

/** Stands behind what comes from the document and not from the person at this window. */
export const bindingKey = new PluginKey('pageBinding')

/** Whether a transaction shows what others have written, or what undo brought back. */
export const isFromDocument = (tr: Transaction): boolean => tr.getMeta(bindingKey) === true

/**
 * Keeps an editor and a page the same: what is done in the editor is written as the fewest edits, and
 * what others write is played by the smallest steps, with the caret staying at the text it is in.
 */
export class PageBinding {
  readonly page: PageDocument
  readonly #view: EditorView
  readonly #converter: Converter
  readonly #undo: UndoManager
  readonly #stop: (() => void)[] = []
  /** What the editor showed when it was last the same as the page. */
  #doc: Node
  #cursor: Cursor | undefined

  constructor(view: EditorView, page: PageDocument, undo: UndoManager) {
    this.#view = view
    this.page = page
    this.#undo = undo
    this.#converter = new Converter(view.state.schema)
    this.#doc = view.state.doc
    this.#stop.push(page.subscribe(() => this.#show()))
    undo.on('stack-item-added', this.#noteCursor)
    undo.on('stack-item-popped', this.#goBack)
    this.#stop.push(() => undo.off('stack-item-added', this.#noteCursor))
    this.#stop.push(() => undo.off('stack-item-popped', this.#goBack))
  }

  /** Where the selection is, as it travels; `undefined` where there is no text. */
  get cursor(): Cursor | undefined {
    return this.#cursor
  }

  /** Call it whenever the editor has changed. */
  update(before: EditorState): void {
    const { doc } = this.#view.state
    if (doc !== this.#doc && this.#view.editable && this.page.isKnown) this.#write(before)
    this.#cursor = this.#readCursor(this.#view.state)
  }

  /**
   * Where the editor shows somebody's place; `undefined` if nowhere, or nowhere yet.
   *
   * @param doc what it shows, or is about to.
   */
  positionOf(relative: RelativeJson, doc = this.#view.state.doc): number | undefined {
    // What is shown then is not what the document says.
    if (!this.page.isKnown) return undefined
    const place = toPlace(this.page.doc, relative)
    return place && positionAt(this.page, doc, place)
  }

  destroy(): void {
    for (const stop of this.#stop) stop()
  }

  #write(before: EditorState): void {
    const { state } = this.#view
    const blocks = this.#converter.toBlocks(state.doc)
    const hint = this.#findHint(before, state)
    this.#doc = state.doc
    this.page.write(blocks, hint)
    this.#cursor = this.#readCursor(state)
    this.#show()
  }

  /** Where the caret was and is: by how much the text has grown, since that was at the caret. */
  #findHint(before: EditorState, after: EditorState): WriteHint | undefined {
    if (before.doc !== this.#doc || !before.selection.empty) return undefined
    const place = placeAt(this.page, before.selection.$head)
    const grown = after.doc.content.size - before.doc.content.size
    return place && { flow: place.flow, before: place.index, after: place.index + grown }
  }

  /** Shows what the page says, wherever that isn't what the editor shows. */
  #show(): void {
    if (!this.page.isKnown) return
    const { state } = this.#view
    const { tr } = state
    patchChildren(tr, 0, state.doc.children, this.#converter.toNodes(this.page.blocks))
    this.#doc = tr.doc
    if (!tr.docChanged) return
    this.#keepSelection(tr)
    tr.setMeta(bindingKey, true).setMeta('addToHistory', false)
    this.#view.dispatch(tr)
  }

  /** Leaves the caret at the text that it was in, wherever that is now. */
  #keepSelection(tr: Transaction): void {
    const { selection } = this.#view.state
    if (!(selection instanceof TextSelection) || this.#cursor === undefined) return
    const at = [this.#cursor.anchor, this.#cursor.head].map((relative) => {
      return this.positionOf(relative, tr.doc)
    })
    const [anchor, head] = at
    if (anchor === undefined || head === undefined) return
    const isInText = at.every((each) => tr.doc.resolve(each!).parent.isTextblock)
    const kept = isInText ? TextSelection.create(tr.doc, anchor, head) : tr.selection
    // To set it again where it is disturbs whoever composes a character.
    if (!kept.eq(tr.selection)) tr.setSelection(kept)
  }

  #readCursor({ selection }: EditorState): Cursor | undefined {
    if (!this.page.isKnown) return this.#cursor
    const { $anchor, $head, empty } = selection
    // What has no text is selected as one: both ends are where it stands.
    const ends = selection instanceof NodeSelection ? [$anchor, $anchor] : [$anchor, $head]
    const [anchor, head] = ends.map((at) => {
      const place = placeAt(this.page, at)
      const isAfter = empty || at.pos === selection.to
      const side = isAfter && hasBefore(at) ? 'before' : 'after'
      return place && toRelative(this.page.doc, place, side)
    })
    return anchor && head && { anchor, head }
  }

  readonly #noteCursor = ({ stackItem }: { stackItem: { meta: Map<unknown, unknown> } }): void => {
    if (!stackItem.meta.has(this)) stackItem.meta.set(this, this.#cursor)
  }

  /** After undo the caret is where it was before what was undone. */
  readonly #goBack = ({ stackItem }: { stackItem: { meta: Map<unknown, unknown> } }): void => {
    const cursor = stackItem.meta.get(this) as Cursor | undefined
    const at = cursor && this.positionOf(cursor.head)
    const { tr } = this.#view.state
    if (at === undefined) return
    const selection = TextSelection.near(tr.doc.resolve(at))
    this.#view.dispatch(tr.setSelection(selection).scrollIntoView())
  }

  /** How many steps can be taken back, and how many of those done again. */
  get steps(): { readonly undos: number; readonly redos: number } {
    const { undoStack, redoStack } = this.#undo
    return this.page.isKnown
      ? { undos: undoStack.length, redos: redoStack.length }
      : { undos: 0, redos: 0 }
  }

  undo(): boolean {
    return this.page.isKnown && this.#undo.undo() !== null
  }

  redo(): boolean {
    return this.page.isKnown && this.#undo.redo() !== null
  }
}
