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
import { isPlaceGone, toPlace, toRelative, type RelativeJson } from '../page-document/places.js'
import type { Marker } from '../page-document/flow.js'
import { Composition } from './composition.js'
import { Converter } from './convert.js'
import type { Cursor } from './cursors.js'
import { besideTable, entryAt, hasBefore, placeAt, positionAt } from './flow-positions.js'
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
  /** The end of the block that the caret is in. */
  #home: Marker | null = null
  /** Whether others have deleted the block that the caret was in: `#cursor` still says where. */
  #isAdrift = false
  #isShowing = false
  /** What an input method is writing. */
  readonly composition: Composition

  constructor(view: EditorView, page: PageDocument, undo: UndoManager) {
    this.#view = view
    this.page = page
    this.#undo = undo
    this.composition = new Composition(view)
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
    const { state } = this.#view
    const isWritten = state.doc !== this.#doc && this.#view.editable && this.page.isKnown
    if (isWritten) this.#write(before)
    const hasMoved = isWritten || (!this.#isShowing && !state.selection.eq(before.selection))
    if (!this.#isAdrift || hasMoved) this.#takeCursor(this.#view.state)
  }

  /**
   * Call it before something is typed or pasted: where others have deleted the block that the caret was
   * in, that begins a paragraph of its own.
   *
   * @see OFFICE.md PG46
   */
  settle(): void {
    if (!this.#isAdrift || !this.#view.editable || !this.page.isKnown) return
    const { state } = this.#view
    const at = this.#breakIn(state.doc)
    this.#isAdrift = false
    if (at === undefined) return
    const { tr } = state
    tr.insert(at, state.schema.nodes['paragraph']!.create())
    this.#view.dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView())
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
    this.#takeCursor(state)
    this.#show()
  }

  /** What was selected and where the caret is: by how much the text has grown, since that was there. */
  #findHint(before: EditorState, after: EditorState): WriteHint | undefined {
    const { $from, $to, empty } = before.selection
    const isText = !(before.selection instanceof NodeSelection) && after.selection.empty
    if (before.doc !== this.#doc || !(empty || isText)) return undefined
    const [from, to] = [placeAt(this.page, $from), placeAt(this.page, $to)]
    if (from === undefined || from.flow !== to?.flow) return undefined
    const grown = after.doc.content.size - before.doc.content.size
    const length = to.index - from.index
    return { flow: from.flow, before: from.index, length, after: to.index + grown }
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
    this.composition.watch()
    this.#isShowing = true
    try {
      this.#view.dispatch(tr)
    } finally {
      this.#isShowing = false
    }
    const broken = this.composition.takeBroken()
    if (broken !== undefined) {
      this.#view.dispatch(this.#view.state.tr.delete(broken.from, broken.to))
    }
  }

  /** Leaves the caret at the text that it was in, wherever that is now. */
  #keepSelection(tr: Transaction): void {
    const { selection } = this.#view.state
    if (!(selection instanceof TextSelection) || this.#cursor === undefined) return
    const at = [this.#cursor.anchor, this.#cursor.head].map((relative) => {
      return this.positionOf(relative, tr.doc)
    })
    const [anchor, head] = at
    this.#isAdrift = anchor === head && this.#isHomeless(this.#cursor.head, head)
    if (anchor === undefined || head === undefined) {
      const near = this.#isAdrift ? this.#breakIn(tr.doc) : undefined
      if (near !== undefined) tr.setSelection(TextSelection.near(tr.doc.resolve(near)))
      return
    }
    const isInText = at.every((each) => tr.doc.resolve(each!).parent.isTextblock)
    const kept = isInText ? TextSelection.create(tr.doc, anchor, head) : tr.selection
    // To set it again where it is disturbs whoever composes a character.
    if (!kept.eq(tr.selection)) tr.setSelection(kept)
  }

  /** Whether the block that somebody was in is gone with what stood there. */
  #isHomeless(relative: RelativeJson, shown: number | undefined): boolean {
    if (shown === undefined) return true
    const isBlockGone = this.#home === null || this.#home._item?.deleted === true
    return isBlockGone && isPlaceGone(this.page.doc, relative)
  }

  /** Between which blocks the caret's was; `undefined` if a paragraph is there that nobody has written. */
  #breakIn(doc: Node): number | undefined {
    const relative = this.#cursor!.head
    const at = this.positionOf(relative, doc)
    if (at === undefined) return besideTable(this.page, doc, relative)
    const $at = doc.resolve(at)
    if (!$at.parent.isTextblock) return at
    if (entryAt(this.page, $at) === undefined) return undefined
    return $at.parentOffset === 0 ? $at.before() : $at.after()
  }

  #takeCursor(state: EditorState): void {
    this.#isAdrift = false
    this.#cursor = this.#readCursor(state)
    if (this.page.isKnown) this.#home = entryAt(this.page, state.selection.$head)?.marker ?? null
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
