import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import type { EditorState, Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { FIND, type Find, type LatePart, type Match } from '../late-parts.js'

const META = 'find'
/** More matches than anybody goes through; drawing all of them would hold up typing. */
const MAX_MATCHES = 2_000

const NONE: Find = { query: '', isExact: false, matches: [], at: -1 }

/** Marks what is looked for, and changes nothing of the document. @see OFFICE.md PE13 */
export const FIND_PART: LatePart<Find> = {
  init: () => NONE,
  apply(tr, before, state) {
    const said = tr.getMeta(META) as Partial<Find> | undefined
    if (said !== undefined) return lookFor({ ...before, ...said }, said, state)
    return tr.docChanged && before.query !== '' ? follow(tr, before, state) : before
  },
  decorations: ({ matches, at }, { doc }) =>
    matches.length === 0
      ? undefined
      : DecorationSet.create(
          doc,
          matches.map(({ from, to }, index) =>
            Decoration.inline(from, to, { class: index === at ? 'found current' : 'found' }),
          ),
        ),
}

/** Returns what is found now; a new search begins at the caret. */
function lookFor(find: Find, said: Partial<Find>, { doc, selection }: EditorState): Find {
  if (said.query === undefined && said.isExact === undefined) return find
  const matches = matchesIn(doc, find)
  const from = find.matches[find.at]?.from ?? selection.from
  return { ...find, matches, at: firstFrom(matches, from) }
}

function follow(tr: Transaction, find: Find, { doc }: EditorState): Find {
  const matches = matchesIn(doc, find)
  const from = tr.mapping.map(find.matches[find.at]?.from ?? 0)
  return { ...find, matches, at: firstFrom(matches, from) }
}

/** Returns the first match from a position on, or else the first of all. */
function firstFrom(matches: readonly Match[], from: number): number {
  const at = matches.findIndex((match) => match.from >= from)
  return at === -1 && matches.length > 0 ? 0 : at
}

/** Returns where a page has a text; it never reaches over the end of a block. */
export function matchesIn(doc: Node, { query, isExact }: Pick<Find, 'query' | 'isExact'>): Match[] {
  const found: Match[] = []
  if (query === '') return found
  const wanted = new RegExp(escape(query), isExact ? 'gu' : 'giu')
  doc.descendants((node, at) => {
    if (!node.isTextblock) return true
    // Each element within a line counts as one character, as it does in positions.
    const text = node.textBetween(0, node.content.size, '', '\uFFFC')
    for (const { index, 0: match } of text.matchAll(wanted)) {
      if (found.length >= MAX_MATCHES) break
      found.push({ from: at + 1 + index, to: at + 1 + index + match.length })
    }
    return false
  })
  return found
}

// A hyphen isn't among them: with the flag `u`, only what has a meaning may be escaped.
const escape = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)

/** Returns the search of an editor. */
export const readFind = ({ state }: Editor): Find => FIND.read(state) ?? NONE

/** Begins another search, or goes to another match. */
export function setFind({ view }: Editor, find: Partial<Find>): void {
  view.dispatch(view.state.tr.setMeta(META, find))
}

/** Goes to the next match, or to the one before; after the last comes the first. */
export function goOn(editor: Editor, by: 1 | -1): void {
  const { at, matches } = readFind(editor)
  if (matches.length > 0) setFind(editor, { at: (at + by + matches.length) % matches.length })
}

/** Replaces the current match, or all; what is replaced keeps its marks. @see OFFICE.md PE14 */
export function replace({ view }: Editor, matches: readonly Match[], by: string): void {
  const { tr } = view.state
  // Going backwards keeps the positions of those that are still to be replaced.
  for (const { from, to } of matches.toReversed()) {
    if (by === '') tr.delete(from, to)
    else tr.insertText(by, from, to)
  }
  if (tr.docChanged) view.dispatch(tr)
}
