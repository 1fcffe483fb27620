import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { TextSelection } from '@tiptap/pm/state'
import { toRelative } from '../../../page-document/places.js'
import { bindingOf } from '../../bound.js'
import { placeAt, positionAt } from '../../flow-positions.js'
import type { Match } from '../../late-parts.js'
import { LIMITS, rangeOf, type Anchor, type Thread } from './comments-document.js'

/** Returns what a comment on the selection is about, or on the block of the caret; `undefined` without text. */
export function anchorOfSelection(editor: Editor): Anchor | undefined {
  const match = selected(editor)
  if (match === undefined) return undefined
  const { doc } = editor.state
  const { page } = bindingOf(editor)
  const [start, end] = [match.from, match.to].map((at) => placeAt(page, doc.resolve(at)))
  if (start === undefined || end?.flow !== start.flow || end.index <= start.index) return undefined
  const quote = doc.textBetween(match.from, match.to, ' ').slice(0, 2 * LIMITS.quoteCharacters)
  if (quote.trim() === '') return undefined
  return {
    start: toRelative(page.doc, start, 'after'),
    end: toRelative(page.doc, end, 'before'),
    quote,
  }
}

function selected({ state: { selection, doc } }: Editor): Match | undefined {
  if (!(selection instanceof TextSelection)) return undefined
  const { $from, $to, empty } = selection
  if (!empty) return trimmed(doc, $from.pos, $to.pos)
  return $from.parent.isTextblock ? trimmed(doc, $from.start(), $from.end()) : undefined
}

/** Leaves out white space around what is meant, and blocks of which only an end was selected. */
function trimmed(doc: Node, from: number, to: number): Match | undefined {
  let [start, end] = [from, to]
  while (start < end && isSpace(doc, start)) start += 1
  while (end > start && isSpace(doc, end - 1)) end -= 1
  return start < end ? { from: start, to: end } : undefined
}

const isSpace = (doc: Node, at: number): boolean => doc.textBetween(at, at + 1).trim() === ''

/** Returns where a thread is in the shown page; `undefined` if its text is deleted, or not there yet. */
export function matchOf(editor: Editor, doc: Node, anchor: Anchor): Match | undefined {
  const { page } = bindingOf(editor)
  // The editor then shows something other than the document.
  if (!page.isKnown) return undefined
  const range = rangeOf(page.doc, anchor)
  if (range === undefined) return undefined
  const { flow } = range
  const from = positionAt(page, doc, { flow, index: range.from })
  const to = positionAt(page, doc, { flow, index: range.to })
  if (from === undefined || to === undefined) return undefined
  return from < to && to <= doc.content.size ? { from, to } : undefined
}

/** Shows the text of a thread, and selects it. */
export function goToText(editor: Editor, anchor: Anchor): void {
  // What others have written since may not be drawn yet.
  const at = matchOf(editor, editor.state.doc, anchor)
  if (at === undefined) return
  const { from, to } = at
  editor.chain().setTextSelection({ from, to }).scrollIntoView().focus().run()
  // A page that may only be read has no caret to scroll to.
  const { node } = editor.view.domAtPos(from)
  const element = node instanceof HTMLElement ? node : node.parentElement
  element?.scrollIntoView({ block: 'nearest' })
}

/** Returns the open thread of the commented text that the caret is in, or that is selected. */
export function threadAtCaret(editor: Editor, threads: readonly Thread[]): string | undefined {
  const { selection, doc } = editor.state
  const { from, to, empty } = selection
  const isHere = ({ anchor, resolved }: Thread) => {
    const at = resolved === undefined ? matchOf(editor, doc, anchor) : undefined
    if (at === undefined) return false
    return empty ? at.from <= from && to <= at.to : at.from === from && at.to === to
  }
  return threads.find(isHere)?.id
}
