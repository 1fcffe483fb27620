import type { Node } from '@tiptap/pm/model'
import type { EditorState } from '@tiptap/pm/state'
import type { DecorationSet } from '@tiptap/pm/view'
import { FIND } from '../../late-parts.js'

/** The language of code that is a formula of its own. @see PAGE.md PE30 */
export const MATH_LANGUAGE = 'math'

/** A formula in a line of Markdown, as GitHub reads it: `$x$`, and `$` and backticks around it. */
export const LINE =
  /^(?:\$`([^`\n]+)`\$|\$\$([^$\n]+)\$\$|\$(?![\s$])((?:\\[^\n]|[^\\$\n])*?[^\s\\$]|\\.)\$(?!\d))/

const WORD = /[\\$\p{L}\p{N}]$/u
const WITHOUT_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u

/**
 * Returns whether a `$` behind a text may begin a formula: in `US$5` it doesn't. Chinese and Japanese have no spaces
 * between words, so there it does.
 *
 * @see OFFICE.md PE32
 */
export const mayBegin = (before: string): boolean =>
  !WORD.test(before) || WITHOUT_SPACES.test(before)

/** A formula of a page: LaTeX within a line, or a block of it. */
export interface Formula {
  readonly from: number
  readonly to: number
  readonly source: string
  readonly isBlock: boolean
}

/** The formulas of a page, and how they are shown. */
export interface Formulas {
  readonly all: readonly Formula[]
  /** The formula whose source is edited. */
  readonly open: Formula | undefined
  /** Whether the editor has the focus: without it, no formula is open. */
  readonly hasFocus: boolean
  readonly drawn: DecorationSet
}

const known = new WeakMap<Node, readonly Formula[]>()

/** Returns all formulas of a page in order. */
export function formulasIn(doc: Node): readonly Formula[] {
  const found: Formula[] = []
  doc.descendants((node, at) => {
    if (!node.isTextblock) return true
    for (const formula of formulasOf(node)) found.push(moved(formula, at + 1))
    return false
  })
  return found
}

const moved = ({ from, to, source, isBlock }: Formula, by: number): Formula => ({
  from: from + by,
  to: to + by,
  source,
  isBlock,
})

/** Returns the formulas of a block, by their places in it. */
function formulasOf(block: Node): readonly Formula[] {
  const before = known.get(block)
  if (before !== undefined) return before
  const found = isMathBlock(block) ? [wholeOf(block)] : inlineOf(block)
  known.set(block, found)
  return found
}

/** Returns whether a block is a formula. */
export const isMathBlock = ({ type, attrs }: Node): boolean =>
  type.name === 'codeBlock' && attrs['language'] === MATH_LANGUAGE

const wholeOf = (block: Node): Formula => ({
  from: 0,
  to: block.content.size,
  source: block.textBetween(0, block.content.size, '', '\uFFFC'),
  isBlock: true,
})

function inlineOf(block: Node): readonly Formula[] {
  const found: Formula[] = []
  if (block.type.spec.code === true) return found
  block.forEach((child, from) => {
    if (!child.isText || !hasMath(child)) return
    const to = from + child.nodeSize
    const last = found.at(-1)
    const source = child.text ?? ''
    // Part of a formula may be bold.
    if (last?.to === from) found[found.length - 1] = { ...last, to, source: last.source + source }
    else found.push({ from, to, source, isBlock: false })
  })
  return found
}

const hasMath = ({ marks }: Node): boolean => marks.some(({ type }) => type.name === 'math')

/**
 * Returns the formula whose source is shown: the one that the caret or the whole selection is in, or else a
 * found text. At the ends of one, the caret is within it unless it has just left it.
 *
 * @param isEdited whether the editor has the focus, and can be written in
 */
export function openOf(
  all: readonly Formula[],
  state: EditorState,
  isEdited: boolean,
): Formula | undefined {
  const edited = isEdited ? editedOf(all, state) : undefined
  const match = FIND.read(state)
  const current = match?.matches[match.at]
  return edited ?? (current && all.find(({ from, to }) => from < current.to && current.from < to))
}

function editedOf(all: readonly Formula[], state: EditorState): Formula | undefined {
  const { from, to, empty } = state.selection
  const isOut = empty && hasLeft(state)
  return all.find((each) => each.from <= from && to <= each.to && !(isOut && isAtEnd(each, from)))
}

const isAtEnd = ({ from, to, isBlock }: Formula, at: number): boolean =>
  !isBlock && (at === from || at === to)

/** Returns whether what is typed next is no part of a formula, by the person's choice. */
export const hasLeft = ({ storedMarks }: EditorState): boolean =>
  storedMarks !== null && storedMarks.every(({ type }) => type.name !== 'math')
