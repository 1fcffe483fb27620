import type { ChainedCommands, Editor } from '@tiptap/core'
import type { Command } from '@tiptap/pm/state'
import type { ReactNode } from 'react'
import { ICONS } from '../icons.js'
import { LEVELS } from '../page-document/attributes.js'
import type { Alignment } from '../page-document/block.js'
import {
  alignmentOf,
  insertRule,
  isStyled,
  setStyle,
  toggleStyle,
  type Style,
} from './block-commands.js'
import { bindingOf } from './bound.js'

/** A button of the toolbar. */
export interface Tool {
  readonly label: string
  readonly face: ReactNode
  /** In the format of `aria-keyshortcuts`. */
  readonly keys?: string
  /**
   * A tool with a mark or a style is on while the selection has it; a tool without either acts
   * once.
   */
  readonly mark?: string
  readonly style?: Style
  readonly run: (chain: ChainedCommands) => ChainedCommands
}

/** The part of the editor's state that the toolbar shows. */
export interface ToolbarState {
  readonly block: string
  /** The labels of the tools that are on at the selection. */
  readonly on: readonly string[]
  readonly isInTable: boolean
  /** How the selected blocks are aligned; `undefined` if they differ. */
  readonly alignment: Alignment | null | undefined
  readonly link: string | undefined
  readonly canUndo: boolean
  readonly canRedo: boolean
}

export const UNDO: Tool = {
  label: 'Undo',
  face: ICONS.undo,
  keys: 'Control+Z',
  run: (chain) => chain.undo(),
}
export const REDO: Tool = {
  label: 'Redo',
  face: ICONS.redo,
  keys: 'Control+Shift+Z',
  run: (chain) => chain.redo(),
}

const run = (chain: ChainedCommands, command: Command): ChainedCommands =>
  chain.command(({ state, dispatch }) => command(state, dispatch))

/** The styles of a block, by the values of the select element. */
export const BLOCKS: { readonly [value: string]: Pick<Tool, 'label' | 'run'> } = {
  text: { label: 'Text', run: (chain) => run(chain, setStyle({ node: 'paragraph' })) },
  ...Object.fromEntries(
    LEVELS.map((level) => [
      `heading${level}`,
      {
        label: `Heading ${level}`,
        run: (chain: ChainedCommands) =>
          run(chain, setStyle({ node: 'heading', attrs: { level } })),
      },
    ]),
  ),
}

/** Returns a button that gives blocks a style, or removes it. */
function styleTool(label: string, face: ReactNode, keys: string, style: Style): Tool {
  return { label, face, keys, style, run: (chain) => run(chain, toggleStyle(style)) }
}

export const MARKS: readonly Tool[] = [
  {
    label: 'Bold',
    face: <b>B</b>,
    keys: 'Control+B',
    mark: 'bold',
    run: (chain) => chain.toggleBold(),
  },
  {
    label: 'Italic',
    face: <i>I</i>,
    keys: 'Control+I',
    mark: 'italic',
    run: (chain) => chain.toggleItalic(),
  },
  {
    label: 'Underline',
    face: <u>U</u>,
    keys: 'Control+U',
    mark: 'underline',
    run: (chain) => chain.toggleUnderline(),
  },
  {
    label: 'Strikethrough',
    face: <s>S</s>,
    keys: 'Control+Shift+S',
    mark: 'strike',
    run: (chain) => chain.toggleStrike(),
  },
  {
    label: 'Code',
    face: <code>{'<>'}</code>,
    keys: 'Control+E',
    mark: 'code',
    run: (chain) => chain.toggleCode(),
  },
]

const item = (kind: string): Style => ({ node: 'item', attrs: { kind } })

export const LISTS: readonly Tool[] = [
  styleTool('Bulleted list', ICONS.bulletList, 'Control+Shift+8', item('bullet')),
  styleTool('Numbered list', ICONS.orderedList, 'Control+Shift+7', item('number')),
  styleTool('Task list', ICONS.taskList, 'Control+Shift+9', item('task')),
]

export const INSERTS: readonly Tool[] = [
  styleTool('Quote', ICONS.blockquote, 'Control+Shift+B', { node: 'quote' }),
  styleTool('Code block', ICONS.codeBlock, 'Control+Alt+C', { node: 'codeBlock' }),
  { label: 'Horizontal line', face: ICONS.rule, run: (chain) => run(chain, insertRule) },
  {
    label: 'Table',
    face: ICONS.table,
    mark: 'table',
    run: (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }),
  },
]

/** The tools for the table at the selection. */
export const TABLE: readonly Tool[] = [
  { label: 'Row above', face: 'Row above', run: (chain) => chain.addRowBefore() },
  { label: 'Row below', face: 'Row below', run: (chain) => chain.addRowAfter() },
  { label: 'Column left', face: 'Column left', run: (chain) => chain.addColumnBefore() },
  { label: 'Column right', face: 'Column right', run: (chain) => chain.addColumnAfter() },
  { label: 'Header row', face: 'Header row', run: (chain) => chain.toggleHeaderRow() },
  { label: 'Delete row', face: 'Delete row', run: (chain) => chain.deleteRow() },
  { label: 'Delete column', face: 'Delete column', run: (chain) => chain.deleteColumn() },
  { label: 'Delete table', face: 'Delete table', run: (chain) => chain.deleteTable() },
]

/** Returns what the toolbar shows now. */
export function readToolbar(editor: Editor): ToolbarState {
  const { state } = editor
  const { undos, redos } = bindingOf(editor).steps
  const level = LEVELS.find((each) => isStyled(state, { node: 'heading', attrs: { level: each } }))
  const href: unknown = editor.getAttributes('link')['href']
  return {
    block: level === undefined ? 'text' : `heading${level}`,
    on: [...MARKS, ...LISTS, ...INSERTS]
      .filter((tool) => isOn(tool, editor))
      .map(({ label }) => label),
    isInTable: editor.isActive('table'),
    alignment: alignmentOf(state),
    link: typeof href === 'string' ? href : undefined,
    canUndo: undos > 0,
    canRedo: redos > 0,
  }
}

function isOn({ mark, style }: Tool, editor: Editor): boolean {
  if (style !== undefined) return isStyled(editor.state, style)
  return mark !== undefined && editor.isActive(mark)
}
