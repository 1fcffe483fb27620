import type { Attrs, Node, NodeType } from '@tiptap/pm/model'
import {
  NodeSelection,
  TextSelection,
  type Command,
  type EditorState,
  type Transaction,
} from '@tiptap/pm/state'
import { MAX_INDENT } from '../page-document/attributes.js'
import type { Alignment } from '../page-document/block.js'

/** A kind of block: the name of a node and its attributes. */
export interface Style {
  readonly node: string
  readonly attrs?: Attrs
}

/** Returns the selected blocks that have text, with their positions. */
function selectedBlocks({ doc, selection }: EditorState) {
  const found: { readonly node: Node; readonly at: number }[] = []
  for (const { $from, $to } of selection.ranges) {
    doc.nodesBetween($from.pos, $to.pos, (node, at) => {
      if (node.isTextblock) found.push({ node, at })
    })
  }
  return found
}

/** Returns whether everything selected has a style. */
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

/** Returns the attributes of a block that it keeps as another type: its indent and alignment. */
export function keptAs(type: NodeType, { attrs }: Node): Attrs {
  const kept = ['indent', 'align'].filter((name) => type.spec.attrs?.[name] !== undefined)
  return Object.fromEntries(
    kept.map((name) => [name, attrs[name] ?? type.spec.attrs![name]!.default]),
  )
}

/** Gives the selected blocks a style; their indent and alignment stay. */
export const setStyle =
  ({ node: name, attrs }: Style): Command =>
  (state, dispatch) => {
    const type = state.schema.nodes[name]!
    const { tr } = state
    for (const { node, at } of selectedBlocks(state)) {
      const from = tr.mapping.map(at) + 1
      tr.setBlockType(from, from + node.content.size, type, { ...keptAs(type, node), ...attrs })
    }
    if (!tr.docChanged) return false
    dispatch?.(tr.scrollIntoView())
    return true
  }

/** Gives the selected blocks a style, or makes them plain paragraphs if they have it already. */
export const toggleStyle =
  (style: Style): Command =>
  (state, dispatch) =>
    setStyle(isStyled(state, style) ? { node: 'paragraph' } : style)(state, dispatch)

/** Aligns the selected blocks; `null` is the start. @see PAGE.md PE2 */
export const align =
  (to: Alignment | null): Command =>
  (state, dispatch) => {
    const { tr } = state
    for (const { node, at } of selectedBlocks(state)) {
      const canAlign = node.type.spec.attrs?.['align'] !== undefined
      if (canAlign && node.attrs['align'] !== to) tr.setNodeAttribute(at, 'align', to)
    }
    if (!tr.docChanged) return false
    dispatch?.(tr)
    return true
  }

/** Returns how all selected blocks are aligned; `undefined` if they differ. */
export function alignmentOf(state: EditorState): Alignment | null | undefined {
  const found = new Set(
    selectedBlocks(state).map(({ node }) => (node.attrs['align'] ?? null) as Alignment | null),
  )
  return found.size === 1 ? [...found][0] : undefined
}

/** Indents or outdents the selected blocks. */
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

/** Returns the caret's block, and whether the caret is at its beginning or its end. */
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

/** Makes Backspace at the beginning of a block first turn it into a plain paragraph. */
export const plainAtStart: Command = (state, dispatch) => {
  const caret = caretIn(state)
  if (caret?.isStart !== true) return false
  const { node } = caret
  if (Number(node.attrs['indent'] ?? 0) > 0) return indentBy(-1)(state, dispatch)
  if (node.type.name === 'paragraph') return false
  return setStyle({ node: 'paragraph' })(state, dispatch)
}

/**
 * Makes Backspace after an image, and Delete before one, first select it; the next press deletes
 * it.
 */
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

/** Makes Enter in an empty item or quote outdent it, or end the list at the outermost level. */
export const leaveEmpty: Command = (state, dispatch) => {
  const caret = caretIn(state)
  if (caret === undefined || caret.node.content.size > 0) return false
  const name = caret.node.type.name
  return ['item', 'quote', 'callout'].includes(name) ? plainAtStart(state, dispatch) : false
}

const FENCE = /^```([a-z+#-]*)$/

/** Makes Enter after three backticks, with or without a language, begin code. */
export const fenceToCode: Command = (state, dispatch) => {
  const caret = caretIn(state)
  const found = caret?.isEnd === true ? FENCE.exec(caret.node.textContent) : null
  if (caret?.node.type.name !== 'paragraph' || found === null) return false
  const code = state.schema.nodes['codeBlock']!
  const { tr } = state
  tr.delete(caret.at + 1, state.selection.from)
  tr.setBlockType(caret.at + 1, caret.at + 1, code, { language: found[1] || null })
  dispatch?.(tr.scrollIntoView())
  return true
}

/** Makes Enter after two empty lines at the end of code end the code. */
export const leaveCode: Command = (state, dispatch) => {
  const caret = caretIn(state)
  if (caret?.node.type.name !== 'codeBlock' || !caret.isEnd) return false
  if (!caret.node.textContent.endsWith('\n\n')) return false
  const end = state.selection.from
  const tr = state.tr.delete(end - 2, end)
  dispatch?.(addParagraph(tr, caret.at + caret.node.nodeSize - 2).scrollIntoView())
  return true
}

/** Inserts an empty paragraph with the caret in it. */
export function addParagraph(tr: Transaction, at: number): Transaction {
  tr.insert(at, tr.doc.type.schema.nodes['paragraph']!.create())
  return tr.setSelection(TextSelection.create(tr.doc, at + 1))
}

/** Moves the caret into the empty paragraph at a position, and inserts one if there is none. */
export function goBelow(tr: Transaction, at: number): Transaction {
  const next = tr.doc.resolve(at).nodeAfter
  const isPlace = next?.type.name === 'paragraph' && next.content.size === 0
  if (!isPlace) return addParagraph(tr, at)
  return tr.setSelection(TextSelection.create(tr.doc, at + 1))
}

/** Inserts a horizontal line after the caret's block, with a place to write below it. */
export const insertRule: Command = (state, dispatch) => {
  const { tr } = state
  insertAfter(tr, state.schema.nodes['horizontalRule']!.create())
  dispatch?.(tr.scrollIntoView())
  return true
}

/**
 * Inserts a node without text after the selection's block, or replaces that if it is empty; the
 * caret goes behind the node.
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

/**
 * Makes Enter begin the next item of a list, a paragraph after a heading, or an empty paragraph
 * before one.
 */
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
    // Marks that were switched on stay on in the next line.
    tr.ensureMarks(state.storedMarks ?? (parentOffset > 0 ? $from.marks() : []))
  }
  dispatch?.(tr.scrollIntoView())
  return true
}

function nextOf(node: Node) {
  const { checked: _checked, start: _start, ...attrs } = node.attrs
  if (attrs['kind'] !== 'toggle') return { type: node.type, attrs }
  // What a toggle hides begins in the next line.
  const indent = Math.min(MAX_INDENT, Number(attrs['indent']) + 1)
  return { type: node.type.schema.nodes['paragraph']!, attrs: { indent } }
}

/** Inserts a tab character, in code. */
export const insertTab: Command = (state, dispatch) => {
  if (caretIn(state)?.node.type.name !== 'codeBlock') return false
  dispatch?.(state.tr.insertText('\t'))
  return true
}
