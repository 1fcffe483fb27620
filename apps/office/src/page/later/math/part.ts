import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Selection, TextSelection, type EditorState, type Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'
import { goBelow, setStyle } from '../../block-commands.js'
import type { LatePart } from '../../late-parts.js'
import type { Drawer } from './drawer.js'
import {
  formulasIn,
  hasLeft,
  isMathBlock,
  openOf,
  type Formula,
  type Formulas,
} from './formulas.js'

/** Says that the editor got or lost the focus, or that all is to be drawn again after a composition. */
const MATH_META = 'math'
type Said = { readonly hasFocus: boolean } | 'again'

/** Shows formulas as drawn, and the source of the one that the caret is in. @see OFFICE.md PE31 */
export function mathPart(editor: Editor, drawer: Drawer): LatePart<Formulas> {
  const make = (state: EditorState, hasFocus: boolean, all = formulasIn(state.doc)): Formulas => {
    const open = openOf(all, state, hasFocus && editor.isEditable)
    return { all, open, hasFocus, drawn: drawAll(state.doc, all, open, editor, drawer) }
  }
  return {
    init: (state) => make(state, editor.view.hasFocus()),
    apply(tr, before, state) {
      // New elements within a composition would break it off.
      if (tr.getMeta('composition') !== undefined) {
        return { ...before, drawn: before.drawn.map(tr.mapping, tr.doc) }
      }
      const said = tr.getMeta(MATH_META) as Said | undefined
      const { hasFocus } = typeof said === 'object' ? said : before
      if (tr.docChanged || said !== undefined) return make(state, hasFocus)
      if (before.all.length === 0) return before
      const open = openOf(before.all, state, hasFocus && editor.isEditable)
      return open === before.open ? before : make(state, hasFocus, before.all)
    },
    decorations: ({ drawn }) => drawn,
    handleKeyDown: (view, event, formulas) => handleKey(view, event, formulas),
  }
}

function drawAll(
  doc: Node,
  all: readonly Formula[],
  open: Formula | undefined,
  editor: Editor,
  drawer: Drawer,
): DecorationSet {
  if (all.length === 0) return DecorationSet.empty
  const drawn = all.flatMap((formula) => decorate(formula, formula === open, editor, drawer))
  return DecorationSet.create(doc, drawn)
}

function decorate(
  formula: Formula,
  isOpen: boolean,
  editor: Editor,
  drawer: Drawer,
): readonly Decoration[] {
  const { from, to, source, isBlock } = formula
  const state = isOpen ? 'math-open' : 'math-closed'
  const drop = (element: globalThis.Node) => {
    const drawn = element instanceof Element ? element.firstElementChild : null
    if (drawn !== null) drawer.drop(drawn)
  }
  // Browsers have no place for a caret behind text that is hidden, so what is drawn goes between the two.
  const isBehind = !isBlock && !isOpen
  const length = isBehind ? 0 : source.length
  const make = (_view: EditorView, getPos: () => number | undefined) =>
    widget(editor, drawer, { formula, state, goTo: () => (getPos() ?? 0) + length })
  return [
    Decoration.widget(isBehind ? to : from, make, {
      side: -1,
      marks: [],
      key: `math ${isBlock} ${isOpen} ${source}`,
      ignoreSelection: true,
      destroy: drop,
    }),
    ...(from < to ? [Decoration.inline(from, to, { class: `math-source ${state}` })] : []),
    ...(isBlock ? [Decoration.node(from - 1, to + 1, { class: `math-block ${state}` })] : []),
  ]
}

interface Shown {
  readonly formula: Pick<Formula, 'source' | 'isBlock'>
  readonly state: string
  /** Returns where a click puts the caret. */
  readonly goTo: () => number
}

function widget(editor: Editor, drawer: Drawer, shown: Shown): HTMLElement {
  const { source, isBlock } = shown.formula
  const element = document.createElement('span')
  element.className = `math-widget ${isBlock ? 'of-block' : 'of-line'} ${shown.state}`
  element.contentEditable = 'false'
  element.append(drawer.show(source, isBlock))
  element.addEventListener('mousedown', (event) => {
    if (event.button !== 0 || !editor.isEditable) return
    event.preventDefault()
    const { state, view } = editor
    view.dispatch(state.tr.setSelection(TextSelection.create(state.doc, shown.goTo())))
    view.focus()
  })
  return element
}

function handleKey(view: EditorView, event: KeyboardEvent, { open }: Formulas): boolean {
  const { key, shiftKey } = event
  if (view.composing || isWithOthers(event) || shiftKey) return false
  if (key === 'Enter' && beginBlock(view)) return true
  return open === undefined ? enter(view, key) : leave(view, key, open)
}

/** Returns whether a key belongs to an input method, or is a shortcut. */
const isWithOthers = ({ isComposing, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean =>
  isComposing || altKey || ctrlKey || metaKey

function enter(view: EditorView, key: string): boolean {
  const isBack = key === 'ArrowLeft' && hasLeft(view.state)
  return (isBack && enterLine(view)) || enterBlock(view, key)
}

function leave(view: EditorView, key: string, open: Formula): boolean {
  if (open.isBlock) return key === 'Escape' ? leaveBlock(view, open) : enterBlock(view, key)
  if (leavesBy(key, open, view.state)) {
    return leaveLine(view, key === 'ArrowLeft' ? open.from : open.to)
  }
  return goesToStart(key, open, view.state) && goToStart(view, open)
}

/** Makes a paragraph of `$$` a formula. */
function beginBlock(view: EditorView): boolean {
  const { parent } = view.state.selection.$from
  if (parent.type.name !== 'paragraph' || parent.textContent !== '$$') return false
  const { $from } = view.state.selection
  view.dispatch(view.state.tr.delete($from.start(), $from.end()))
  return setStyle({ node: 'codeBlock', attrs: { language: 'math' } })(view.state, view.dispatch)
}

function leavesBy(key: string, { from, to }: Formula, state: EditorState): boolean {
  const { selection } = state
  if (key === 'Enter' || key === 'Escape') return true
  if (!selection.empty) return false
  if (key === 'ArrowRight') return selection.from === to
  return key === 'ArrowLeft' && selection.from === from && isWithin(state)
}

/** Returns whether what is typed next is part of a formula. */
const isWithin = ({ storedMarks, selection: { $from } }: EditorState): boolean =>
  (storedMarks ?? $from.marks()).some(({ type }) => type.name === 'math')

/** At the start of a formula, the caret may be before it or within it; the arrow keys lead from one to the other. */
function goesToStart(key: string, { from, source }: Formula, state: EditorState): boolean {
  const { empty, from: at } = state.selection
  const [first = ''] = source
  if (key === 'ArrowLeft') return empty && at === from + first.length
  return key === 'ArrowRight' && empty && at === from && !isWithin(state)
}

function goToStart(view: EditorView, { from }: Formula): boolean {
  const { tr, doc, schema } = view.state
  tr.setSelection(TextSelection.create(doc, from))
  const marks = schema.mark('math').addToSet(doc.resolve(from).marks())
  view.dispatch(tr.setStoredMarks(marks))
  return true
}

/** Puts the caret beside a formula: what is typed next isn't part of it. */
function leaveLine(view: EditorView, at: number): boolean {
  const { tr, doc } = view.state
  const marks = doc.resolve(at).marks()
  tr.setSelection(TextSelection.create(doc, at))
  view.dispatch(tr.setStoredMarks(marks.filter(({ type }) => type.name !== 'math')))
  return true
}

/** Goes back into the formula that the caret has just left. */
function enterLine(view: EditorView): boolean {
  const { tr, selection } = view.state
  const before = selection.$from.nodeBefore
  if (before?.marks.some(({ type }) => type.name === 'math') !== true) return false
  view.dispatch(tr.setStoredMarks(null))
  return true
}

function leaveBlock(view: EditorView, { to }: Formula): boolean {
  const { tr, doc } = view.state
  const next = doc.resolve(to + 1).nodeAfter
  if (next?.isTextblock === true) tr.setSelection(Selection.near(doc.resolve(to + 1), 1))
  else goBelow(tr, to + 1)
  view.dispatch(tr.scrollIntoView())
  return true
}

const ENTERS = {
  ArrowDown: ['down', 1],
  ArrowRight: ['right', 1],
  ArrowUp: ['up', -1],
  ArrowLeft: ['left', -1],
} as const

/** Goes from a block into a formula beside it, whose source browsers don't see while it is drawn. */
function enterBlock(view: EditorView, key: string): boolean {
  if (!Object.hasOwn(ENTERS, key)) return false
  const [side, by] = ENTERS[key as keyof typeof ENTERS]
  const { selection, doc, tr } = view.state
  const { $head, empty } = selection
  if (!empty || $head.depth === 0 || !view.endOfTextblock(side)) return false
  const $at = doc.resolve(by === 1 ? $head.after() : $head.before())
  const node = by === 1 ? $at.nodeAfter : $at.nodeBefore
  if (node === null || !isMathBlock(node)) return false
  const at = by === 1 ? $at.pos + 1 : $at.pos - 1
  view.dispatch(tr.setSelection(TextSelection.create(doc, at)).scrollIntoView())
  return true
}

/** Returns whether a transaction asks for a formula to be drawn again. */
export const sayMath = (tr: Transaction, said: Said): Transaction =>
  tr.setMeta(MATH_META, said).setMeta('addToHistory', false)
