import type { Node } from '@tiptap/pm/model'
import type { EditorState, Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { FOLD_META, type LatePart } from '../late-parts.js'

/** Where the folded toggles of a page are in this window, and how that is shown. */
export interface Folds {
  readonly at: readonly number[]
  readonly drawn: DecorationSet
}

/**
 * Hides what is below a toggle and further in. Which toggles are folded is each window's own.
 *
 * @see OFFICE.md PE19
 */
export const FOLD_PART: LatePart<Folds> = {
  init: () => ({ at: [], drawn: DecorationSet.empty }),
  apply(tr, before, state) {
    const asked = tr.getMeta(FOLD_META) as number | undefined
    if (before.at.length === 0 && asked === undefined) return before
    if (!tr.docChanged && !tr.selectionSet && asked === undefined) return before
    const at = change(keep(tr, before.at, state), asked)
    return { at, drawn: draw(state.doc, at) }
  },
  decorations: ({ drawn }) => drawn,
  handleKeyDown(view, { key, ctrlKey, metaKey }) {
    const { $from } = view.state.selection
    const isAsked = key === 'Enter' && (ctrlKey || metaKey)
    if (!isAsked || !isToggle($from.parent)) return false
    view.dispatch(view.state.tr.setMeta(FOLD_META, $from.before()))
    return true
  },
}

const isToggle = ({ attrs }: Node): boolean => attrs['kind'] === 'toggle'

/** Keeps the toggles that are still there, and opens those that the caret has got into. */
function keep(tr: Transaction, at: readonly number[], { doc, selection }: EditorState): number[] {
  const moved = new Set(at.map((each) => tr.mapping.map(each, 1)))
  return [...moved].filter((each) => {
    const node = doc.nodeAt(each)
    if (node === null || !isToggle(node)) return false
    const hidden = below(doc, each)
    return !hidden.some(({ from, to }) => from < selection.head && selection.head < to)
  })
}

const change = (at: readonly number[], asked: number | undefined): readonly number[] => {
  if (asked === undefined) return at
  return at.includes(asked) ? at.filter((each) => each !== asked) : [...at, asked]
}

/** Returns the blocks behind a toggle that are further in. */
function below(doc: Node, at: number): readonly { readonly from: number; readonly to: number }[] {
  const $at = doc.resolve(at)
  const depth = Number($at.nodeAfter?.attrs['indent'] ?? 0)
  const found: { readonly from: number; readonly to: number }[] = []
  let from = at + ($at.nodeAfter?.nodeSize ?? 0)
  for (const node of $at.parent.children.slice($at.index() + 1)) {
    if (Number(node.attrs['indent'] ?? 0) <= depth) break
    found.push({ from, to: from + node.nodeSize })
    from += node.nodeSize
  }
  return found
}

function draw(doc: Node, at: readonly number[]): DecorationSet {
  const drawn = at.flatMap((each) => [
    Decoration.node(each, each + doc.nodeAt(each)!.nodeSize, { class: 'folded' }, { folded: true }),
    ...below(doc, each).map(({ from, to }) => Decoration.node(from, to, { class: 'in-fold' })),
  ])
  return DecorationSet.create(doc, drawn)
}
