import { Extension, type Editor } from '@tiptap/core'
import { Plugin, PluginKey, type EditorState, type Transaction } from '@tiptap/pm/state'
import type { Marked } from './later/comments/marks.js'
import type { Folds } from './later/folds.js'
import type { Formulas } from './later/math/formulas.js'
import type { DecorationSet, EditorView } from '@tiptap/pm/view'

/** A part of the editor that is loaded after the page is open, with a value for each state. */
export interface LatePart<T> {
  readonly init: (state: EditorState) => T
  readonly apply: (tr: Transaction, value: T, state: EditorState) => T
  readonly decorations?: (value: T, state: EditorState) => DecorationSet | undefined
  /** Attributes of the text for screen readers. */
  readonly attributes?: (value: T) => { readonly [name: string]: string }
  /** Returns whether the key is dealt with. */
  readonly handleKeyDown?: (view: EditorView, event: KeyboardEvent, value: T) => boolean
  /** Returns whether the drop is dealt with. */
  readonly handleDrop?: (view: EditorView, event: DragEvent) => boolean
}

const plugins: Plugin[] = []

/**
 * The place of a late part. Adding a plugin to an open editor would start all others again, and
 * with them the binding to the page; so the plugins are there from the start, and are filled later.
 */
class Place<T> {
  readonly #key = new PluginKey<Held<T>>()

  constructor() {
    plugins.push(this.#plugin())
  }

  /** Puts a part into its place, or another one into that of the part before. */
  fill({ view }: Editor, part: LatePart<T>): void {
    const held: Held<T> = { part, value: part.init(view.state) }
    view.dispatch(view.state.tr.setMeta(this.#key, held).setMeta('addToHistory', false))
  }

  /** Returns the value of the part; `undefined` while it isn't loaded. */
  read(state: EditorState): T | undefined {
    return this.#key.getState(state)?.value
  }

  #plugin(): Plugin {
    const held = (state: EditorState) => this.#key.getState(state) ?? null
    return new Plugin<Held<T> | null>({
      key: this.#key,
      state: {
        init: () => null,
        apply: (tr, before, _old, state) => {
          const filled = tr.getMeta(this.#key) as Held<T> | undefined
          if (filled !== undefined || before === null) return filled ?? before
          const value = before.part.apply(tr, before.value, state)
          return value === before.value ? before : { part: before.part, value }
        },
      },
      props: {
        decorations: (state) => {
          const { part, value } = held(state) ?? {}
          return part?.decorations?.(value as T, state)
        },
        attributes: (state) => {
          const { part, value } = held(state) ?? {}
          return part?.attributes?.(value as T) ?? {}
        },
        handleKeyDown: (view, event) => {
          const { part, value } = held(view.state) ?? {}
          return part?.handleKeyDown?.(view, event, value as T) === true
        },
        handleDrop: (view, event) => held(view.state)?.part.handleDrop?.(view, event) === true,
      },
    })
  }
}

interface Held<T> {
  readonly part: LatePart<T>
  readonly value: T
}

/** The menu of blocks that `/` opens; `null` while it is closed. */
export interface Slash {
  /** Where the slash is. */
  readonly from: number
  /** What was typed after it. */
  readonly query: string
  /** Which of the offered blocks is chosen. */
  readonly at: number
}

/** A stretch of text that was looked for. */
export interface Match {
  readonly from: number
  readonly to: number
}

/** A search; nothing is looked for while `query` is empty. */
export interface Find {
  readonly query: string
  /** Whether upper and lower case letters differ. */
  readonly isExact: boolean
  readonly matches: readonly Match[]
  /** The current match; -1 if there is none. */
  readonly at: number
}

/** Asks for a toggle to be folded, or opened: its position. */
export const FOLD_META = 'fold'

// In the order in which they get keys.
export const SLASH = new Place<Slash | null>()
export const HIGHLIGHT = new Place<DecorationSet>()
export const COMMENTS = new Place<Marked>()
export const FIND = new Place<Find>()
export const FILES = new Place<null>()
export const MOVE = new Place<null>()
export const FOLDS = new Place<Folds>()
export const MATH = new Place<Formulas>()

/** Has the places of all late parts. */
export const LateParts = Extension.create({
  name: 'lateParts',
  // Runs before the keys that change blocks.
  priority: 120,
  addProseMirrorPlugins: () => plugins,
})
