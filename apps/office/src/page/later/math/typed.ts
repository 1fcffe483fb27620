import type { Editor } from '@tiptap/core'
import { TextSelection, type EditorState, type Transaction } from '@tiptap/pm/state'
import { setStyle } from '../../block-commands.js'
import { bindingOf } from '../../bound.js'
import { isFromDocument } from '../../binding.js'
import { MATH_LANGUAGE } from './formulas.js'

/** `$x^2$`, not beside another `$`, a letter or a number: prices aren't formulas. */
const IN_LINE = /(?:^|[^\\$\p{L}\p{N}])\$([^\s$](?:[^$]*[^\s$\\])?)\$$/u
const IS_MATH = /[\\^_=+<>]|^[^\s\p{N}]*\p{L}\S*$/u
const MAX_TYPED = 500
/** `$$` and a space, or `$$x^2$$`, that is all of its paragraph. */
const AS_BLOCK = /^\$\$(?:\s|([^$]+)\$\$)$/
const STYLE = { node: 'codeBlock', attrs: { language: MATH_LANGUAGE } } as const

/** Makes formulas of what is typed between dollar signs; returns a function that stops it. @see OFFICE.md PE32 */
export function readTyped(editor: Editor): () => void {
  const read = ({ transaction }: { readonly transaction: Transaction }) => {
    if (isTyped(transaction) && !editor.view.composing) make(editor)
  }
  editor.on('transaction', read)
  return () => void editor.off('transaction', read)
}

/** Returns whether one character was typed. */
function isTyped(tr: Transaction): boolean {
  const hasGrown = tr.doc.content.size - tr.before.content.size === 1
  return hasGrown && !isFromDocument(tr) && tr.getMeta('paste') !== true
}

function make(editor: Editor): void {
  const { selection } = editor.state
  const { $from, empty } = selection
  const { parent, parentOffset } = $from
  if (!empty || !parent.isTextblock || parent.type.spec.code === true) return
  const text = parent.textBetween(0, parentOffset, '', '\uFFFC')
  const isWhole = parent.type.name === 'paragraph' && parentOffset === parent.content.size
  const block = isWhole ? AS_BLOCK.exec(text) : null
  const line = IN_LINE.exec(text)?.[1]
  if (block !== null) makeBlock(editor, block[1] ?? '')
  else if (line !== undefined && IS_MATH.test(line) && line.length <= MAX_TYPED) {
    makeLine(editor, line)
  }
}

/** One step of undo brings the dollar signs back. */
function makeLine(editor: Editor, source: string): void {
  const { state, view } = editor
  const { tr, schema } = state
  const to = state.selection.from
  const from = to - source.length - 2
  if (isCode(state, from, to)) return
  bindingOf(editor).endStep()
  tr.delete(to - 1, to).delete(from, from + 1)
  tr.addMark(from, to - 2, schema.mark('math'))
  view.dispatch(tr.setStoredMarks(state.selection.$from.marks()))
  bindingOf(editor).endStep()
}

function isCode({ doc, schema }: EditorState, from: number, to: number): boolean {
  return ['code', 'math'].some((name) => doc.rangeHasMark(from, to, schema.marks[name]!))
}

function makeBlock(editor: Editor, source: string): void {
  const { view } = editor
  bindingOf(editor).endStep()
  const { $from } = view.state.selection
  const { tr } = view.state
  if (source === '') tr.delete($from.start(), $from.end())
  else tr.insertText(source, $from.start(), $from.end())
  const made = tr.doc.resolve($from.start())
  const type = view.state.schema.nodes[STYLE.node]!
  view.dispatch(tr.setBlockType(made.pos, made.pos, type, STYLE.attrs))
  bindingOf(editor).endStep()
}

/** Begins a formula in the line, with an example that is replaced by what is typed. */
export function insertLine(tr: Transaction): boolean {
  const example = tr.doc.type.schema.text('x^2', [tr.doc.type.schema.mark('math')])
  const { from } = tr.selection
  tr.replaceSelectionWith(example, false)
  tr.setSelection(TextSelection.create(tr.doc, from, from + example.nodeSize))
  return true
}

/** Makes the block a formula of its own. */
export const makeMathBlock = setStyle(STYLE)
