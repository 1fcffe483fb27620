import type { ChainedCommands, Editor } from '@tiptap/core'
import { yUndoPluginKey } from '@tiptap/y-tiptap'
import type { ReactNode } from 'react'
import type { UndoManager } from 'yjs'
import { ICONS } from '../icons.js'

/** A button of the toolbar. */
export interface Tool {
  readonly label: string
  readonly face: ReactNode
  /** As `aria-keyshortcuts` has it. */
  readonly keys?: string
  /** What is on while the selection is in it; without it the tool does something once. */
  readonly mark?: string
  readonly run: (chain: ChainedCommands) => ChainedCommands
}

/** What the toolbar shows of the editor. */
export interface ToolbarState {
  readonly block: string
  /** The marks and blocks that the selection is in. */
  readonly on: readonly string[]
  readonly isInTable: boolean
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

/** The styles of a block, by what the list of them is set to. */
export const BLOCKS: { readonly [value: string]: Pick<Tool, 'label' | 'run'> } = {
  text: { label: 'Text', run: (chain) => chain.setParagraph() },
  heading1: { label: 'Heading 1', run: (chain) => chain.setHeading({ level: 1 }) },
  heading2: { label: 'Heading 2', run: (chain) => chain.setHeading({ level: 2 }) },
  heading3: { label: 'Heading 3', run: (chain) => chain.setHeading({ level: 3 }) },
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

export const LISTS: readonly Tool[] = [
  {
    label: 'Bulleted list',
    face: ICONS.bulletList,
    keys: 'Control+Shift+8',
    mark: 'bulletList',
    run: (chain) => chain.toggleBulletList(),
  },
  {
    label: 'Numbered list',
    face: ICONS.orderedList,
    keys: 'Control+Shift+7',
    mark: 'orderedList',
    run: (chain) => chain.toggleOrderedList(),
  },
  {
    label: 'Task list',
    face: ICONS.taskList,
    keys: 'Control+Shift+9',
    mark: 'taskList',
    run: (chain) => chain.toggleTaskList(),
  },
]

export const INSERTS: readonly Tool[] = [
  {
    label: 'Quote',
    face: ICONS.blockquote,
    keys: 'Control+Shift+B',
    mark: 'blockquote',
    run: (chain) => chain.toggleBlockquote(),
  },
  {
    label: 'Code block',
    face: ICONS.codeBlock,
    keys: 'Control+Alt+C',
    mark: 'codeBlock',
    run: (chain) => chain.toggleCodeBlock(),
  },
  { label: 'Line across', face: ICONS.rule, run: (chain) => chain.setHorizontalRule() },
  {
    label: 'Table',
    face: ICONS.table,
    mark: 'table',
    run: (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }),
  },
]

/** What is done to the table that the selection is in. */
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

/** What the toolbar has to show now. */
export function readToolbar(editor: Editor): ToolbarState {
  const { undoManager } = yUndoPluginKey.getState(editor.state) as {
    readonly undoManager: UndoManager
  }
  const names = [...MARKS, ...LISTS, ...INSERTS].flatMap(({ mark }) => mark ?? [])
  const level = [1, 2, 3].find((each) => editor.isActive('heading', { level: each }))
  const href: unknown = editor.getAttributes('link')['href']
  return {
    block: level === undefined ? 'text' : `heading${level}`,
    on: names.filter((name) => editor.isActive(name)),
    isInTable: editor.isActive('table'),
    link: typeof href === 'string' ? href : undefined,
    canUndo: undoManager.undoStack.length > 0,
    canRedo: undoManager.redoStack.length > 0,
  }
}
