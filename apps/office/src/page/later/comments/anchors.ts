import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { AllSelection, TextSelection } from '@tiptap/pm/state'
import { toRelative } from '../../../page-document/places.js'
import { bindingOf } from '../../bound.js'
import { placeAt, positionAt } from '../../flow-positions.js'
import type { Match } from '../../late-parts.js'
import { LIMITS, type Anchor } from './comments-document.js'
import type { Found } from './place-index.js'

/** Returns what a comment on the selection is about, or on the block of the caret; `undefined` without text. */
export function anchorOfSelection(editor: Editor): Anchor | undefined {
  const match = selected(editor)
  if (match === undefined) return undefined
  const quote = editor.state.doc
    .textBetween(match.from, match.to, ' ')
    .slice(0, 2 * LIMITS.quoteCharacters)
  return quote.trim() === '' ? undefined : anchorAt(editor, match, quote)
}

/** Returns the anchor of a range that is shown; `undefined` if it isn't in one text. */
export function anchorAt(editor: Editor, { from, to }: Match, quote: string): Anchor | undefined {
  const { doc } = editor.state
  const { page } = bindingOf(editor)
  const [start, end] = [from, to].map((at) => placeAt(page, doc.resolve(at)))
  if (start === undefined || end?.flow !== start.flow || end.index <= start.index) return undefined
  return {
    start: toRelative(page.doc, start, 'after'),
    end: toRelative(page.doc, end, 'before'),
    quote,
  }
}

function selected({ state: { selection, doc } }: Editor): Match | undefined {
  const isText = selection instanceof TextSelection || selection instanceof AllSelection
  if (!isText) return undefined
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

/** Returns where text that was found is in the shown page; `undefined` if it isn't there. */
export function matchOf(editor: Editor, doc: Node, found: Found): Match | undefined {
  if (typeof found !== 'object') return undefined
  const { page } = bindingOf(editor)
  const { flow } = found
  const from = positionAt(page, doc, { flow, index: found.from })
  const to = positionAt(page, doc, { flow, index: found.to })
  if (from === undefined || to === undefined) return undefined
  return from < to && to <= doc.content.size ? { from, to } : undefined
}

/** Shows the text of a thread, and selects it. */
export function goToText(editor: Editor, { from, to }: Match): void {
  const { content } = editor.state.doc
  if (to > content.size) return
  editor.chain().setTextSelection({ from, to }).scrollIntoView().focus().run()
  // A page that may only be read has no caret to scroll to.
  const { node } = editor.view.domAtPos(from)
  const element = node instanceof HTMLElement ? node : node.parentElement
  element?.scrollIntoView({ block: 'nearest' })
}
