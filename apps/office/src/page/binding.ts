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
import {
  besideTable,
  entryAt,
  hasBefore,
  placeAt,
  positionAt,
  startOfBlock,
} from './flow-positions.js'
import { patchChildren } from './patch.js'

/** Marks transactions that come from the document, not from the person at this window. */
export const bindingKey = new PluginKey('pageBinding')

/** Where the caret was before a step of undo, and after it. */
interface Carets {
  readonly before: Cursor | undefined
  after: Cursor | undefined
}

interface StackEvent {
  readonly type: 'undo' | 'redo'
  readonly stackItem: { readonly meta: Map<unknown, unknown> }
}

/** Returns whether a transaction shows the others' edits or an undone step. */
export const isFromDocument = (tr: Transaction): boolean => tr.getMeta(bindingKey) === true

/**
 * Synchronizes an editor with a page. Edits are written as the fewest changes, and the others'
 * edits are shown by the smallest steps, so that the caret stays in its text.
 */
export class PageBinding {
  readonly page: PageDocument
  readonly #view: EditorView
  readonly #converter: Converter
  readonly #undo: UndoManager
  readonly #stop: (() => void)[] = []
  /** The editor's content when it last equaled the page. */
  #doc: Node
  #cursor: Cursor | undefined
  /** The marker of the block with the caret. */
  #home: Marker | null = null
  /** Whether others deleted the block with the caret; `#cursor` still has the place. */
  #isAdrift = false
  #isShowing = false
  /** The text that an input method is composing. */
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

  /** The selection as it is sent; `undefined` where there is no text. */
  get cursor(): Cursor | undefined {
    return this.#cursor
  }

  /** Takes in a change of the editor; call it after each one. */
  update(before: EditorState): void {
    const { state } = this.#view
    const isWritten = state.doc !== this.#doc && this.#view.editable && this.page.isKnown
    if (isWritten) this.#write(before)
    const hasMoved = isWritten || (!this.#isShowing && !state.selection.eq(before.selection))
    if (!this.#isAdrift || hasMoved) this.#takeCursor(this.#view.state)
  }

  /**
   * Begins a new paragraph if others deleted the block with the caret. Call it before anything is
   * typed or pasted.
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
   * Returns the editor's position for a place; `undefined` if there is none, or not yet.
   *
   * @param doc the editor's content, shown now or about to be
   */
  positionOf(relative: RelativeJson, doc = this.#view.state.doc): number | undefined {
    // The editor then shows something other than the document.
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
    const carets = this.#undo.undoStack.at(-1)?.meta.get(this) as Carets | undefined
    if (carets !== undefined) carets.after = this.#cursor
    this.#show()
  }

  /** Returns the place of the selection before the edit, and of the caret after it. */
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

  /** Updates the editor wherever it differs from the page. */
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

  /** Keeps the caret in its text, wherever that is now. */
  #keepSelection(tr: Transaction): void {
    const { selection } = this.#view.state
    if (!(selection instanceof TextSelection) || this.#cursor === undefined) return
    const line = this.#emptyLine(tr.doc)
    const at = [this.#cursor.anchor, this.#cursor.head].map((relative) => {
      return line ?? this.positionOf(relative, tr.doc)
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
    // Setting an unchanged selection again would disturb an input method.
    if (!kept.eq(tr.selection)) tr.setSelection(kept)
  }

  /**
   * Returns where the line begins, if it was empty with the caret in it: what others type there comes behind
   * the caret, and what the user types next isn't in the middle of it.
   *
   * @see OFFICE.md OF47
   */
  #emptyLine(doc: Node): number | undefined {
    const { empty, $head } = this.#view.state.selection
    if (!empty || $head.parent.content.size > 0 || this.#home === null) return undefined
    const flow = toPlace(this.page.doc, this.#cursor!.head)?.flow
    const place = flow === undefined ? undefined : startOfBlock(this.page, flow, this.#home)
    return place && positionAt(this.page, doc, place)
  }

  /** Returns whether the block at a place is deleted, with its text. */
  #isHomeless(relative: RelativeJson, shown: number | undefined): boolean {
    if (shown === undefined) return true
    const isBlockGone = this.#home === null || this.#home._item?.deleted === true
    return isBlockGone && isPlaceGone(this.page.doc, relative)
  }

  /**
   * Returns where the caret's paragraph was between the blocks; `undefined` if there is an
   * unwritten paragraph already.
   */
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
    // A node without text is selected as a whole, and both ends are at its position.
    const ends = selection instanceof NodeSelection ? [$anchor, $anchor] : [$anchor, $head]
    const [anchor, head] = ends.map((at) => {
      const place = placeAt(this.page, at)
      const isAfter = empty || at.pos === selection.to
      const side = isAfter && hasBefore(at) ? 'before' : 'after'
      return place && toRelative(this.page.doc, place, side)
    })
    return anchor && head && { anchor, head }
  }

  readonly #noteCursor = ({ stackItem: { meta } }: StackEvent): void => {
    const carets: Carets = { before: this.#cursor, after: undefined }
    if (!meta.has(this)) meta.set(this, carets)
  }

  /** Puts the caret where it was before the undone edit, or after the redone one. */
  readonly #goBack = ({ stackItem, type }: StackEvent): void => {
    const carets = stackItem.meta.get(this) as Carets | undefined
    const { undoStack, redoStack } = this.#undo
    const opposite = type === 'undo' ? redoStack.at(-1) : undoStack.at(-1)
    opposite?.meta.set(this, carets)
    const cursor = type === 'undo' ? carets?.before : carets?.after
    const at = cursor && this.positionOf(cursor.head)
    const { tr } = this.#view.state
    if (at === undefined) return
    const selection = TextSelection.near(tr.doc.resolve(at))
    this.#view.dispatch(tr.setSelection(selection).scrollIntoView())
  }

  /** How many steps can be undone and redone. */
  get steps(): { readonly undos: number; readonly redos: number } {
    const { undoStack, redoStack } = this.#undo
    return this.page.isKnown
      ? { undos: undoStack.length, redos: redoStack.length }
      : { undos: 0, redos: 0 }
  }

  /** Makes what comes next a step of its own for undo, however soon it comes. */
  endStep(): void {
    this.#undo.stopCapturing()
  }

  undo(): boolean {
    return this.page.isKnown && this.#undo.undo() !== null
  }

  redo(): boolean {
    return this.page.isKnown && this.#undo.redo() !== null
  }
}
