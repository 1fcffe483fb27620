import type { Attrs, Node } from '@tiptap/pm/model'
import {
  NodeSelection,
  TextSelection,
  type Command,
  type EditorState,
  type Transaction,
} from '@tiptap/pm/state'
import { MAX_INDENT } from '../page-document/attributes.js'

/** What blocks are made: the name of a node, and what is said of it. */
export interface Style {
  readonly node: string
  readonly attrs?: Attrs
}

/** The blocks with text that are selected, each with where it begins. */
function selectedBlocks({ doc, selection }: EditorState) {
  const found: { readonly node: Node; readonly at: number }[] = []
  for (const { $from, $to } of selection.ranges) {
    doc.nodesBetween($from.pos, $to.pos, (node, at) => {
      if (node.isTextblock) found.push({ node, at })
    })
  }
  return found
}

/** Whether all that is selected is of a style. */
export function isStyled(state: EditorState, { node: name, attrs = {} }: Style): boolean {
  const blocks = selectedBlocks(state)
  return (
    blocks.length > 0 &&
    blocks.every(
      ({ node }) =>
        node.type.name === name &&
        Object.entries(attrs).every(([key, value]) => node.attrs[key] === value),
    )
  )
}

/** Gives what is selected a style; how far it is indented stays. */
export const setStyle =
  ({ node: name, attrs }: Style): Command =>
  (state, dispatch) => {
    const type = state.schema.nodes[name]!
    const { tr } = state
    for (const { node, at } of selectedBlocks(state)) {
      const kept =
        type.spec.attrs?.['indent'] === undefined ? {} : { indent: node.attrs['indent'] ?? 0 }
      const from = tr.mapping.map(at) + 1
      tr.setBlockType(from, from + node.content.size, type, { ...kept, ...attrs })
    }
    if (!tr.docChanged) return false
    dispatch?.(tr.scrollIntoView())
    return true
  }

/** Gives what is selected a style, or makes it plain paragraphs again if it has that. */
export const toggleStyle =
  (style: Style): Command =>
  (state, dispatch) =>
    setStyle(isStyled(state, style) ? { node: 'paragraph' } : style)(state, dispatch)

/** Indents what is selected, or the other way. */
export const indentBy =
  (by: 1 | -1): Command =>
  (state, dispatch) => {
    const { tr } = state
    for (const { node, at } of selectedBlocks(state)) {
      const before: unknown = node.attrs['indent']
      if (typeof before !== 'number') continue
      const indent = Math.max(0, Math.min(MAX_INDENT, before + by))
      if (indent !== before) tr.setNodeAttribute(at, 'indent', indent)
    }
    if (!tr.docChanged) return false
    dispatch?.(tr)
    return true
  }

/** The block that the caret is in, and whether it is at its beginning and its end. */
function caretIn({ selection }: EditorState) {
  const { $from, empty } = selection
  const { parent, parentOffset } = $from
  if (!empty || !parent.isTextblock) return undefined
  return {
    node: parent,
    at: $from.before(),
    isStart: parentOffset === 0,
    isEnd: parentOffset === parent.content.size,
  }
}

/** Backspace at the beginning of a block first takes away what makes it more than a paragraph. */
export const plainAtStart: Command = (state, dispatch) => {
  const caret = caretIn(state)
  if (caret?.isStart !== true) return false
  const { node } = caret
  if (Number(node.attrs['indent'] ?? 0) > 0) return indentBy(-1)(state, dispatch)
  if (node.type.name === 'paragraph') return false
  return setStyle({ node: 'paragraph' })(state, dispatch)
}

/** Backspace after an image, and Delete before one, selects it first; another one takes it out. */
export const selectBeside =
  (side: 'before' | 'after'): Command =>
  (state, dispatch) => {
    const caret = caretIn(state)
    if (caret === undefined || !(side === 'before' ? caret.isStart : caret.isEnd)) return false
    const $edge = state.doc.resolve(side === 'before' ? caret.at : caret.at + caret.node.nodeSize)
    const node = side === 'before' ? $edge.nodeBefore : $edge.nodeAfter
    if (node?.isAtom !== true || !NodeSelection.isSelectable(node)) return false
    const at = side === 'before' ? $edge.pos - node.nodeSize : $edge.pos
    dispatch?.(state.tr.setSelection(NodeSelection.create(state.doc, at)).scrollIntoView())
    return true
  }

/** Enter in an empty item or quote goes one level out, and from the outermost one ends the list. */
export const leaveEmpty: Command = (state, dispatch) => {
  const caret = caretIn(state)
  if (caret === undefined || caret.node.content.size > 0) return false
  const name = caret.node.type.name
  return name === 'item' || name === 'quote' ? plainAtStart(state, dispatch) : false
}

/** Enter after two empty lines at the end of code ends it. */
export const leaveCode: Command = (state, dispatch) => {
  const caret = caretIn(state)
  if (caret?.node.type.name !== 'codeBlock' || !caret.isEnd) return false
  if (!caret.node.textContent.endsWith('\n\n')) return false
  const end = state.selection.from
  const tr = state.tr.delete(end - 2, end)
  dispatch?.(addParagraph(tr, caret.at + caret.node.nodeSize - 2).scrollIntoView())
  return true
}

/** Puts an empty paragraph somewhere, with the caret in it. */
export function addParagraph(tr: Transaction, at: number): Transaction {
  tr.insert(at, tr.doc.type.schema.nodes['paragraph']!.create())
  return tr.setSelection(TextSelection.create(tr.doc, at + 1))
}

/** Puts the caret into the empty paragraph that is somewhere, or that it puts there. */
export function goBelow(tr: Transaction, at: number): Transaction {
  const next = tr.doc.resolve(at).nodeAfter
  const isPlace = next?.type.name === 'paragraph' && next.content.size === 0
  if (!isPlace) return addParagraph(tr, at)
  return tr.setSelection(TextSelection.create(tr.doc, at + 1))
}

/** Puts a line across after the block that the caret is in, and a place to go on below it. */
export const insertRule: Command = (state, dispatch) => {
  const { tr } = state
  insertAfter(tr, state.schema.nodes['horizontalRule']!.create())
  dispatch?.(tr.scrollIntoView())
  return true
}

/**
 * Puts something that has no text after the block that the selection is in, or in its place if it is
 * empty, with the caret behind it.
 */
export function insertAfter(tr: Transaction, node: Node): void {
  const { $from, $to } = tr.selection
  const isInBlock = $to.parent.isTextblock
  const at = isInBlock ? $to.after() : $to.pos
  const isEmpty = isInBlock && $to.parent.content.size === 0 && $from.sameParent($to)
  if (isEmpty) tr.replaceWith(at - 2, at, node)
  else tr.insert(at, node)
  const end = isEmpty ? at - 2 + node.nodeSize : at + node.nodeSize
  const next = tr.doc.resolve(end).nodeAfter
  if (next?.isTextblock === true) tr.setSelection(TextSelection.create(tr.doc, end + 1))
  else addParagraph(tr, end)
}

/** Enter: the next item of a list, after a heading a paragraph, before one an empty paragraph. */
export const splitBlock: Command = (state, dispatch) => {
  const { selection, tr } = state
  if (!(selection instanceof TextSelection)) return false
  tr.deleteSelection()
  const { $from } = tr.selection
  const { parent, parentOffset } = $from
  if (!parent.isTextblock || parent.type.spec.code === true) return false
  const isHeading = parent.type.name === 'heading'
  const isEnd = parentOffset === parent.content.size
  if (isHeading && parentOffset === 0 && !isEnd) {
    tr.insert($from.before(), state.schema.nodes['paragraph']!.create())
  } else {
    const next = isHeading && isEnd ? { type: state.schema.nodes['paragraph']! } : nextOf(parent)
    tr.split($from.pos, 1, [next])
    // What was switched on stays so in the next line.
    tr.ensureMarks(state.storedMarks ?? (parentOffset > 0 ? $from.marks() : []))
  }
  dispatch?.(tr.scrollIntoView())
  return true
}

function nextOf(node: Node) {
  const { checked: _checked, start: _start, ...attrs } = node.attrs
  return { type: node.type, attrs }
}

/** Tab in code. */
export const insertTab: Command = (state, dispatch) => {
  if (caretIn(state)?.node.type.name !== 'codeBlock') return false
  dispatch?.(state.tr.insertText('\t'))
  return true
}
