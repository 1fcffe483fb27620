import type { ChainedCommands } from '@tiptap/core'
import type { ReactNode } from 'react'
import { setStyle, type Style } from '../block-commands.js'
import { BLOCKS, INSERTS, LISTS, type Tool } from '../tools.js'

/** A block that the menu offers. */
export interface Insert {
  readonly label: string
  readonly face: ReactNode
  /** What finds it beside its label: other names, also in Chinese and its letters. */
  readonly words: string
  /** Whether it has no place in a table. */
  readonly isOutside?: boolean
  readonly run: (chain: ChainedCommands) => ChainedCommands
}

const WORDS: { readonly [label: string]: string } = {
  Text: 'paragraph plain 正文 文本 zhengwen wenben',
  'Heading 1': 'h1 title 标题 biaoti',
  'Heading 2': 'h2 subtitle 标题 biaoti',
  'Heading 3': 'h3 标题 biaoti',
  'Bulleted list': 'ul unordered 无序列表 列表 wuxu liebiao',
  'Numbered list': 'ol ordered 有序列表 列表 youxu liebiao',
  'Task list': 'todo checkbox 任务 待办 renwu daiban',
  'Toggle list': 'fold collapse details 折叠 zhedie',
  Quote: 'blockquote 引用 yinyong',
  Callout: 'note info box 提示 高亮块 tishi gaoliangkuai',
  'Code block': 'pre 代码 daima',
  'Horizontal line': 'rule divider hr 分割线 分隔线 fengexian',
  Table: 'grid 表格 biaoge',
}
const FACES: { readonly [label: string]: string } = {
  Text: 'T',
  'Heading 1': 'H1',
  'Heading 2': 'H2',
  'Heading 3': 'H3',
}

const TOOLS: readonly (Pick<Tool, 'label' | 'run'> & { readonly face?: ReactNode })[] = [
  ...Object.values(BLOCKS),
  ...LISTS,
  ...INSERTS,
  {
    label: 'Toggle list',
    face: '▸',
    run: (chain) => runStyle(chain, { node: 'item', attrs: { kind: 'toggle' } }),
  },
  { label: 'Callout', face: '!', run: (chain) => runStyle(chain, { node: 'callout' }) },
]

const runStyle = (chain: ChainedCommands, style: Style): ChainedCommands =>
  chain.command(({ state, dispatch }) => setStyle(style)(state, dispatch))

/** All blocks that the menu offers, in order. */
const ALL: readonly Insert[] = TOOLS.filter(({ label }) => label in WORDS).map((tool) => ({
  label: tool.label,
  face: tool.face ?? FACES[tool.label],
  words: WORDS[tool.label]!,
  isOutside: tool.label === 'Table',
  run: tool.run,
}))

/**
 * Returns the blocks that a query finds: those whose label or another word begins with it come first.
 *
 * @example find('bia', false) // the headings and the table
 */
export function findInserts(query: string, isInTable: boolean): readonly Insert[] {
  const wanted = query.trim().toLowerCase()
  const ranked = ALL.filter(({ isOutside }) => !(isInTable && isOutside === true)).map((insert) => {
    const said = `${insert.label} ${insert.words}`.toLowerCase()
    return { insert, rank: rankOf(said, wanted) }
  })
  return ranked
    .filter(({ rank }) => rank >= 0)
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ insert }) => insert)
}

/** Returns 0 if a word begins with what is wanted, 1 if one has it within, and -1 if none has. */
function rankOf(said: string, wanted: string): number {
  if (said.startsWith(wanted) || said.includes(` ${wanted}`)) return 0
  return said.includes(wanted) ? 1 : -1
}
