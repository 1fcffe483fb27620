import type { Editor } from '@tiptap/core'
import type { EditorState, Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { isFromDocument } from '../../binding.js'
import { bindingOf } from '../../bound.js'
import { COMMENTS, type LatePart, type Match } from '../../late-parts.js'
import { anchorAt, matchOf } from './anchors.js'
import type { Anchor, Thread } from './comments-document.js'
import { drawable, type Placed } from './drawable.js'
import { follow, mapRanges, type Cut, type Ranges } from './moves.js'
import { PlaceIndex } from './place-index.js'
import { TEXTS } from './texts.js'

/** Where the threads of a page are. */
export interface Places {
  readonly ranges: Ranges
  /** Those whose text is deleted. One that isn't loaded yet is neither here nor there. */
  readonly gone: ReadonlySet<string>
}

/** The commented text of a page, as it is drawn. */
export interface Marked extends Places {
  readonly drawn: DecorationSet
  readonly cut: Cut | undefined
  readonly hasMoved: boolean
}

export const NOWHERE: Places = { ranges: new Map(), gone: new Set() }

/** Stands for the text that is about to be commented. */
export const DRAFT = 'draft'

const META = 'comments'
/** Soon enough to be seen at once, and late enough not to be done for each key. */
const AFTER_MS = 120
/** How many former anchors of a thread this window still knows, for undo and redo. */
const MAX_FORMER = 20

/** What whoever shows marks is told. */
export interface MarksListener {
  /** Threads may be at other places. */
  readonly moved: (places: Places) => void
  /** This window knows better than the comments where a thread is. */
  readonly anchored: (thread: string, anchor: Anchor) => void
}

/**
 * Marks the text of open threads, and changes nothing of the page.
 *
 * Only the window that brings text back, or moves it, knows that the new text is the old one. So it tells the
 * comments where their text is now.
 *
 * @see OFFICE.md PG71, PG90, PG91
 */
export class CommentMarks implements LatePart<Marked> {
  readonly #editor: Editor
  #listener: MarksListener | undefined
  #threads: readonly Thread[] = []
  #current: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Where threads were that this window has moved: undo brings them back there. */
  readonly #former = new Map<string, readonly Anchor[]>()
  #hasFailed = false

  constructor(editor: Editor) {
    this.#editor = editor
  }

  /** @returns a function that takes the marks away */
  start(listener: MarksListener): () => void {
    this.#listener = listener
    this.#editor.on('transaction', this.#follow)
    COMMENTS.fill(this.#editor, this)
    return () => {
      clearTimeout(this.#timer)
      this.#editor.off('transaction', this.#follow)
      this.#listener = undefined
      this.#threads = []
      this.#draw()
    }
  }

  readonly init = ({ doc }: EditorState): Marked => this.#mark(doc, undefined)

  // A local edit reaches the document a moment later; until then the marks move with the text.
  readonly apply = (tr: Transaction, before: Marked, { doc }: EditorState): Marked => {
    if (tr.getMeta(META) === true) return this.#mark(doc, before.cut)
    if (!tr.docChanged) return before
    const drawn = before.drawn.map(tr.mapping, tr.doc)
    if (isFromDocument(tr))
      return { ...before, drawn, ranges: mapRanges(before.ranges, tr.mapping) }
    const followed = follow(tr, before.ranges, before.cut)
    return { ...before, drawn, ...followed, hasMoved: before.hasMoved || followed.hasMoved }
  }

  readonly decorations = ({ drawn }: Marked): DecorationSet => drawn

  /** Shows other threads, or another one as the current. */
  show(threads: readonly Thread[], current: string | undefined): void {
    if (threads === this.#threads && current === this.#current) return
    this.#threads = threads
    this.#current = current
    this.#draw()
  }

  /** Returns where the text of a thread is at this moment. */
  rangeOf(thread: string): Match | undefined {
    return COMMENTS.read(this.#editor.state)?.ranges.get(thread)
  }

  /** Returns the open threads whose text is at a position, those about the least text first. */
  threadsAt(at: number): readonly string[] {
    const { ranges } = COMMENTS.read(this.#editor.state) ?? NOWHERE
    const open = this.#threads.flatMap(({ id, resolved }) => {
      const range = resolved === undefined ? ranges.get(id) : undefined
      return range === undefined || at < range.from || at > range.to ? [] : [{ id, ...range }]
    })
    return open
      .toSorted((one, other) => one.to - one.from - (other.to - other.from))
      .map(({ id }) => id)
  }

  readonly #follow = ({ transaction }: { readonly transaction: Transaction }): void => {
    if (!transaction.docChanged) return
    // The page has the edit by now.
    if (COMMENTS.read(this.#editor.state)?.hasMoved === true) this.#takeAlong()
    this.#wait()
  }

  #wait(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#bringBack()
      this.#draw()
    }, AFTER_MS)
  }

  #draw(): void {
    const { isDestroyed, view } = this.#editor
    if (isDestroyed) return
    // New elements within a composition would break it off.
    if (view.composing) return this.#wait()
    view.dispatch(view.state.tr.setMeta(META, true).setMeta('addToHistory', false))
  }

  /** Anchors what was moved to where its text is now. */
  #takeAlong(): void {
    const { doc } = this.#editor.state
    const index = this.#index()
    const { ranges } = COMMENTS.read(this.#editor.state)!
    for (const { id, anchor } of index === undefined ? [] : this.#threads) {
      const [wanted, at] = [ranges.get(id), matchOf(this.#editor, doc, index!.find(anchor))]
      if (wanted === undefined || isSame(wanted, at)) continue
      const now = anchorAt(this.#editor, wanted, anchor.quote)
      if (now !== undefined) this.#anchor(id, anchor, now)
    }
    this.#draw()
  }

  /** Anchors what an undo has brought back. */
  #bringBack(): void {
    const index = this.#index()
    for (const { id, anchor } of index === undefined ? [] : this.#threads) {
      const known = [anchor, ...(this.#former.get(id) ?? [])]
      const here = known.find((each) => typeof index!.find(each) === 'object')
      const found = here && index!.find(here)
      if (typeof found !== 'object' || (here === anchor && !found.isBroughtBack)) continue
      const at = matchOf(this.#editor, this.#editor.state.doc, found)
      const now = at && anchorAt(this.#editor, at, anchor.quote)
      if (now !== undefined) this.#anchor(id, anchor, now)
    }
  }

  #anchor(thread: string, before: Anchor, now: Anchor): void {
    const former = [before, ...(this.#former.get(thread) ?? [])]
    this.#former.set(thread, former.slice(0, MAX_FORMER))
    this.#listener?.anchored(thread, now)
  }

  /** The editor may show something other than the document, if that is in a newer format. */
  #index(): PlaceIndex | undefined {
    if (this.#editor.isDestroyed) return undefined
    const { page } = bindingOf(this.#editor)
    return page.isKnown ? new PlaceIndex(page.doc) : undefined
  }

  #mark(doc: EditorState['doc'], cut: Cut | undefined): Marked {
    const places = this.#locate(doc)
    const open = this.#threads.flatMap(({ id, resolved }) => {
      const range = resolved === undefined ? places.ranges.get(id) : undefined
      return range === undefined ? [] : [{ id, ...range }]
    })
    const drawn = drawable(open, this.#current).map((each) => this.#drawOne(each))
    // React must not render while the editor applies a transaction.
    queueMicrotask(() => this.#listener?.moved(places))
    return { ...places, drawn: DecorationSet.create(doc, drawn), cut, hasMoved: false }
  }

  #locate(doc: EditorState['doc']): Places {
    const ranges = new Map<string, Match>()
    const gone = new Set<string>()
    try {
      const index = this.#index()
      for (const { id, anchor } of index === undefined ? [] : this.#threads) {
        const found = index!.find(anchor)
        const at = matchOf(this.#editor, doc, found)
        if (at !== undefined) ranges.set(id, at)
        else if (found === 'gone') gone.add(id)
      }
    } catch (error) {
      // A stranger's comment may cause this; the text must go on.
      if (!this.#hasFailed) reportError(error)
      this.#hasFailed = true
    }
    return { ranges, gone }
  }

  #drawOne({ id, from, to }: Placed): Decoration {
    return Decoration.inline(from, to, {
      class: id === this.#current ? 'commented current' : 'commented',
      'data-thread': id,
      role: 'mark',
      'aria-description': TEXTS.commented,
    })
  }
}

const isSame = (one: Match, other: Match | undefined): boolean =>
  one.from === other?.from && one.to === other.to
