import type { ChainedCommands } from '@tiptap/core'
import type { ReactNode } from 'react'
import { BLOCKS, INSERTS, LISTS, type Tool } from '../tools.js'
import { t } from '../../language/language.js'
import type { TextId } from '../../language/message.js'

/** A block that the menu offers. */
export interface Insert {
  readonly label: TextId
  readonly face: ReactNode
  /** What finds it beside its label: other names, also in Chinese and its letters. */
  readonly words: string
  /** Whether it has no place in a table. */
  readonly isOutside?: boolean
  readonly run: (chain: ChainedCommands) => ChainedCommands
}

const WORDS: { readonly [label in TextId]?: string } = {
  'page.text': 'paragraph plain 正文 文本 zhengwen wenben',
  'page.heading1': 'h1 title 标题 biaoti',
  'page.heading2': 'h2 subtitle 标题 biaoti',
  'page.heading3': 'h3 标题 biaoti',
  'page.bulletList': 'ul unordered 无序列表 列表 wuxu liebiao',
  'page.numberList': 'ol ordered 有序列表 列表 youxu liebiao',
  'page.taskList': 'todo checkbox 任务 待办 renwu daiban',
  'page.quote': 'blockquote 引用 yinyong',
  'page.codeBlock': 'pre 代码 daima',
  'page.rule': 'rule divider hr 分割线 分隔线 fengexian',
  'page.table': 'grid 表格 biaoge',
}
const FACES: { readonly [label in TextId]?: string } = {
  'page.text': 'T',
  'page.heading1': 'H1',
  'page.heading2': 'H2',
  'page.heading3': 'H3',
}

const TOOLS: readonly (Pick<Tool, 'label' | 'run'> & { readonly face?: ReactNode })[] = [
  ...Object.values(BLOCKS),
  ...LISTS,
  ...INSERTS,
]

/** All blocks that the menu offers, in order. */
const ALL: readonly Insert[] = TOOLS.filter(({ label }) => label in WORDS).map((tool) => ({
  label: tool.label,
  face: tool.face ?? FACES[tool.label],
  words: WORDS[tool.label]!,
  isOutside: tool.label === 'page.table',
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
    const said = `${t(insert.label)} ${insert.words}`.toLowerCase()
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
