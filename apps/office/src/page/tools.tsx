import type { ChainedCommands, Editor } from '@tiptap/core'
import type { Command } from '@tiptap/pm/state'
import type { ReactNode } from 'react'
import { ICONS } from '../icons.js'
import type { TextId } from '../language/message.js'
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
  readonly label: TextId
  /** @default the label */
  readonly face?: ReactNode
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
  readonly on: readonly TextId[]
  readonly isInTable: boolean
  /** How the selected blocks are aligned; `undefined` if they differ. */
  readonly alignment: Alignment | null | undefined
  readonly link: string | undefined
  readonly canUndo: boolean
  readonly canRedo: boolean
}

export const UNDO: Tool = {
  label: 'page.undo',
  face: ICONS.undo,
  keys: 'Control+Z',
  run: (chain) => chain.undo(),
}
export const REDO: Tool = {
  label: 'page.redo',
  face: ICONS.redo,
  keys: 'Control+Shift+Z',
  run: (chain) => chain.redo(),
}

const run = (chain: ChainedCommands, command: Command): ChainedCommands =>
  chain.command(({ state, dispatch }) => command(state, dispatch))

/** The styles of a block, by the values of the select element. */
export const BLOCKS: { readonly [value: string]: Pick<Tool, 'label' | 'run'> } = {
  text: { label: 'page.text', run: (chain) => run(chain, setStyle({ node: 'paragraph' })) },
  ...Object.fromEntries(
    LEVELS.map((level) => [
      `heading${level}`,
      {
        label: `page.heading${level}` as const,
        run: (chain: ChainedCommands) =>
          run(chain, setStyle({ node: 'heading', attrs: { level } })),
      },
    ]),
  ),
}

/** Returns a button that gives blocks a style, or removes it. */
function styleTool(label: TextId, face: ReactNode, keys: string, style: Style): Tool {
  return { label, face, keys, style, run: (chain) => run(chain, toggleStyle(style)) }
}

export const MARKS: readonly Tool[] = [
  {
    label: 'page.bold',
    face: <b>B</b>,
    keys: 'Control+B',
    mark: 'bold',
    run: (chain) => chain.toggleBold(),
  },
  {
    label: 'page.italic',
    face: <i>I</i>,
    keys: 'Control+I',
    mark: 'italic',
    run: (chain) => chain.toggleItalic(),
  },
  {
    label: 'page.underline',
    face: <u>U</u>,
    keys: 'Control+U',
    mark: 'underline',
    run: (chain) => chain.toggleUnderline(),
  },
  {
    label: 'page.strike',
    face: <s>S</s>,
    keys: 'Control+Shift+S',
    mark: 'strike',
    run: (chain) => chain.toggleStrike(),
  },
  {
    label: 'page.code',
    face: <code>{'<>'}</code>,
    keys: 'Control+E',
    mark: 'code',
    run: (chain) => chain.toggleCode(),
  },
]

const item = (kind: string): Style => ({ node: 'item', attrs: { kind } })

export const LISTS: readonly Tool[] = [
  styleTool('page.bulletList', ICONS.bulletList, 'Control+Shift+8', item('bullet')),
  styleTool('page.numberList', ICONS.orderedList, 'Control+Shift+7', item('number')),
  styleTool('page.taskList', ICONS.taskList, 'Control+Shift+9', item('task')),
]

export const INSERTS: readonly Tool[] = [
  styleTool('page.quote', ICONS.blockquote, 'Control+Shift+B', { node: 'quote' }),
  styleTool('page.codeBlock', ICONS.codeBlock, 'Control+Alt+C', { node: 'codeBlock' }),
  { label: 'page.rule', face: ICONS.rule, run: (chain) => run(chain, insertRule) },
  {
    label: 'page.table',
    face: ICONS.table,
    mark: 'table',
    run: (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }),
  },
]

/** The tools for the table at the selection. */
export const TABLE: readonly Tool[] = [
  { label: 'page.rowAbove', run: (chain) => chain.addRowBefore() },
  { label: 'page.rowBelow', run: (chain) => chain.addRowAfter() },
  { label: 'page.columnLeft', run: (chain) => chain.addColumnBefore() },
  { label: 'page.columnRight', run: (chain) => chain.addColumnAfter() },
  { label: 'page.headerRow', run: (chain) => chain.toggleHeaderRow() },
  { label: 'page.deleteRow', run: (chain) => chain.deleteRow() },
  { label: 'page.deleteColumn', run: (chain) => chain.deleteColumn() },
  { label: 'page.deleteTable', run: (chain) => chain.deleteTable() },
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
