import { Extension, InputRule } from '@tiptap/core'
import { chainCommands } from '@tiptap/pm/commands'
import { NodeSelection, Plugin, type Command } from '@tiptap/pm/state'
import { isInTable } from '@tiptap/pm/tables'
import {
  fenceToCode,
  goBelow,
  indentBy,
  insertTab,
  keptAs,
  leaveCode,
  leaveEmpty,
  plainAtStart,
  selectBeside,
  setStyle,
  splitBlock,
  toggleStyle,
  type Style,
} from './block-commands.js'

/** A short text that changes its block when it is typed at the beginning. */
interface Shorthand {
  readonly find: RegExp
  readonly read: (match: RegExpMatchArray) => Style
  /** The types of block in which it works. */
  readonly within: readonly string[]
}

const item = (kind: string, attrs: object = {}): Style => ({
  node: 'item',
  attrs: { kind, ...attrs },
})
const PARAGRAPH = ['paragraph']

const SHORTHANDS: readonly Shorthand[] = [
  {
    find: /^(#{1,6})\s$/,
    read: ([, hashes]) => ({ node: 'heading', attrs: { level: hashes!.length } }),
    within: PARAGRAPH,
  },
  { find: /^[-*+]\s$/, read: () => item('bullet'), within: PARAGRAPH },
  {
    find: /^(\d{1,9})[.)]\s$/,
    read: ([, number]) => item('number', { start: number === '1' ? null : Number(number) }),
    within: PARAGRAPH,
  },
  {
    find: /^\[([ xX]?)\]\s$/,
    read: ([, box]) => item('task', { checked: box?.toLowerCase() === 'x' }),
    // A bulleted item may still become a task.
    within: ['paragraph', 'item'],
  },
  { find: /^>\s$/, read: () => ({ node: 'quote' }), within: PARAGRAPH },
  {
    find: /^```([a-z+#-]*)\s$/,
    read: ([, language]) => ({ node: 'codeBlock', attrs: { language: language || null } }),
    within: PARAGRAPH,
  },
]

const KEYS: { readonly [key: string]: Style } = {
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((level) => [`Mod-Alt-${level}`, { node: 'heading', attrs: { level } }]),
  ),
  'Mod-Shift-8': { node: 'item', attrs: { kind: 'bullet' } },
  'Mod-Shift-7': { node: 'item', attrs: { kind: 'number' } },
  'Mod-Shift-9': { node: 'item', attrs: { kind: 'task' } },
  'Mod-Shift-b': { node: 'quote' },
  'Mod-Alt-c': { node: 'codeBlock' },
}

/** Handles keys that change blocks. @see OFFICE.md PG20 */
export const Typing = Extension.create({
  name: 'typing',
  // Runs before the editor's own handling.
  priority: 110,

  addKeyboardShortcuts() {
    const { editor } = this
    const run = (command: Command) => () => command(editor.state, editor.view.dispatch, editor.view)
    const enter = run(chainCommands(leaveEmpty, fenceToCode, leaveCode, splitBlock))
    const styles = Object.entries(KEYS).map(([key, style]) => [key, run(toggleStyle(style))])
    return {
      ...Object.fromEntries(styles),
      'Mod-Alt-0': run(setStyle({ node: 'paragraph' })),
      Enter: enter,
      Backspace: () =>
        editor.commands.undoInputRule() ||
        run(chainCommands(plainAtStart, selectBeside('before')))(),
      Delete: run(selectBeside('after')),
    }
  },

  addInputRules() {
    return SHORTHANDS.map(
      ({ find, read, within }) =>
        new InputRule({
          find,
          handler: ({ state, range, match }) => {
            const { parent } = state.doc.resolve(range.from)
            if (!within.includes(parent.type.name)) return null
            const style = read(match)
            const made = state.schema.nodes[style.node]!
            const attrs = { ...keptAs(made, parent), ...style.attrs }
            state.tr.delete(range.from, range.to).setBlockType(range.from, range.from, made, attrs)
          },
        }),
    )
  },

  addProseMirrorPlugins: () => [tabs(), typingBesideNodes()],
})

/** Makes Tab indent. Keyboard users leave the text with Escape and then Tab. @see OFFICE.md PG21 */
function tabs(): Plugin {
  let isLeaving = false
  const stay = () => {
    isLeaving = false
    return false
  }
  return new Plugin({
    props: {
      handleKeyDown(view, { key, shiftKey, ctrlKey, altKey, metaKey }) {
        if (key !== 'Tab' || ctrlKey || altKey || metaKey || !view.editable) return false
        // In a table, Tab goes from cell to cell.
        if (isInTable(view.state)) return false
        chainCommands(insertTab, indentBy(shiftKey ? -1 : 1))(view.state, view.dispatch, view)
        return true
      },
      handleDOMEvents: {
        keydown(_view, { key }) {
          // Shift alone may be the start of Shift+Tab.
          if (key === 'Shift') return false
          const isBrowsers = isLeaving && key === 'Tab'
          isLeaving = key === 'Escape'
          return isBrowsers
        },
        mousedown: stay,
        blur: stay,
      },
    },
  })
}

/**
 * Inserts text that is typed while an image is selected beside the image instead of replacing it.
 */
function typingBesideNodes(): Plugin {
  return new Plugin({
    props: {
      handleTextInput(view, _from, _to, text) {
        const { selection, tr } = view.state
        if (!(selection instanceof NodeSelection) || !selection.node.isBlock) return false
        goBelow(tr, selection.to).insertText(text)
        view.dispatch(tr.scrollIntoView())
        return true
      },
    },
  })
}
