import { Plugin, PluginKey, type EditorState } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { renderCaret, renderSelection } from './caret.js'
import { isFromDocument, type PageBinding } from './binding.js'
import type { CursorOfOther, Cursors } from './cursors.js'

const key = new PluginKey<DecorationSet>('carets')

/**
 * Draws where the others are: a caret in the text, a frame around what has none. Between two blocks
 * there is no caret, since it would be a line of its own and push the text apart.
 *
 * @see OFFICE.md PG10, PG48
 */
export function drawCarets(cursors: Cursors, binding: () => PageBinding | undefined): Plugin {
  const draw = (state: EditorState): DecorationSet => {
    const drawn = cursors.others.flatMap((other) => drawOne(state, other, binding()))
    return DecorationSet.create(state.doc, drawn)
  }
  return new Plugin<DecorationSet>({
    key,
    state: {
      init: () => DecorationSet.empty,
      // What is written here reaches the document a moment later; until then they move with the text.
      apply: (tr, before, _old, state) =>
        tr.getMeta(key) === true || isFromDocument(tr)
          ? draw(state)
          : before.map(tr.mapping, tr.doc),
    },
    props: { decorations: (state) => key.getState(state) },
    view(view) {
      const redraw = () => view.dispatch(view.state.tr.setMeta(key, true))
      redraw()
      return {
        // Who writes at the caret of another writes before it or behind it, as the document says.
        update: ({ state }) => {
          if (placesOf(key.getState(state)!) !== placesOf(draw(state))) redraw()
        },
        destroy: cursors.subscribe(redraw),
      }
    },
  })
}

const placesOf = (drawn: DecorationSet): string =>
  drawn
    .find()
    .map(({ from, to }) => `${from}-${to}`)
    .toSorted()
    .join()

function drawOne(
  state: EditorState,
  { client, user, cursor }: CursorOfOther,
  binding: PageBinding | undefined,
): readonly Decoration[] {
  const [anchor, head] = [cursor.anchor, cursor.head].map((each) =>
    binding?.positionOf(each, state.doc),
  )
  const size = state.doc.content.size
  if (anchor === undefined || head === undefined || Math.max(anchor, head) > size) return []
  const $head = state.doc.resolve(head)
  if (!$head.parent.isTextblock) return drawFrame(head, $head.nodeAfter?.nodeSize, user.color)
  const caret = Decoration.widget(head, () => renderCaret({ ...user, client }), {
    // Another one at each of their actions, so that their name is there again.
    key: `${client} ${user.name} ${user.color} ${JSON.stringify(cursor)}`,
    // The browser's own caret stays in the text, and so does what is typed.
    side: 10,
  })
  const selected = { inclusiveStart: false, inclusiveEnd: true }
  const [from, to] = [Math.min(anchor, head), Math.max(anchor, head)]
  if (from === to) return [caret]
  return [Decoration.inline(from, to, renderSelection(user), selected), caret]
}

const drawFrame = (at: number, size: number | undefined, color: string): readonly Decoration[] =>
  size === undefined ? [] : [Decoration.node(at, at + size, renderSelection({ color }))]
