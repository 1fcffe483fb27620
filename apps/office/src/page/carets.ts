import { Plugin, PluginKey, type EditorState } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { renderCaret, renderSelection } from './caret.js'
import { isFromDocument, type PageBinding } from './binding.js'
import type { CursorOfOther, Cursors } from './cursors.js'

const key = new PluginKey<DecorationSet>('carets')

/**
 * Draws where the others are: a caret in text, a frame around a node without text. Between two
 * blocks there is no caret, since it would be an extra line that pushes the text apart.
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
      // A local edit reaches the document a moment later; until then the carets move with the text.
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
        // The document decides whether text that is typed at a caret goes before it or behind it.
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
    // A different key for each of their actions makes their name appear again.
    key: `${client} ${user.name} ${user.color} ${JSON.stringify(cursor)}`,
    // This keeps the browser's own caret, and so what is typed, in the text.
    side: 10,
  })
  const selected = { inclusiveStart: false, inclusiveEnd: true }
  const [from, to] = [Math.min(anchor, head), Math.max(anchor, head)]
  if (from === to) return [caret]
  return [Decoration.inline(from, to, renderSelection(user), selected), caret]
}

const drawFrame = (at: number, size: number | undefined, color: string): readonly Decoration[] =>
  size === undefined ? [] : [Decoration.node(at, at + size, renderSelection({ color }))]
