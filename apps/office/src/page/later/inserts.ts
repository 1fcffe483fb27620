import type { ChainedCommands } from '@tiptap/core'
import type { ReactNode } from 'react'
import { setStyle, type Style } from '../block-commands.js'
import { insertLine, makeMathBlock } from './math/typed.js'
import { TEXTS as MATH_TEXTS } from './math/texts.js'
import { BLOCKS, INSERTS, LISTS, type Tool } from '../tools.js'
import { t } from '../../language/language.js'
import type { TextId } from '../../language/message.js'

/** A block that the menu offers. */
export interface Insert {
  readonly label: string
  readonly face: ReactNode
  /** What finds it beside its label: its names in all languages, also in the letters of Chinese. */
  readonly words: string
  /** Whether it has no place in a table. */
  readonly isOutside?: boolean
  readonly run: (chain: ChainedCommands) => ChainedCommands
}

const WORDS: { readonly [label in TextId]?: string } = {
  'page.text': 'text paragraph plain 正文 文本 zhengwen wenben',
  'page.heading1': 'heading h1 title 标题 biaoti',
  'page.heading2': 'heading h2 subtitle 标题 biaoti',
  'page.heading3': 'heading h3 标题 biaoti',
  'page.bulletList': 'bulleted list ul unordered 无序列表 列表 wuxu liebiao',
  'page.numberList': 'numbered list ol ordered 有序列表 列表 youxu liebiao',
  'page.taskList': 'task list todo checkbox 任务 待办 renwu daiban',
  'page.toggleList': 'toggle list fold collapse details 折叠 zhedie',
  'page.quote': 'quote blockquote 引用 yinyong',
  'page.callout': 'callout note info box 提示 高亮块 tishi gaoliangkuai',
  'page.codeBlock': 'code pre 代码 daima',
  'page.rule': 'horizontal line rule divider hr 分割线 分隔线 fengexian',
  'page.table': 'table grid 表格 biaoge',
}
const FACES: { readonly [label in TextId]?: string } = {
  'page.text': 'T',
  'page.heading1': 'H1',
  'page.heading2': 'H2',
  'page.heading3': 'H3',
}

const runStyle = (chain: ChainedCommands, style: Style): ChainedCommands =>
  chain.command(({ state, dispatch }) => setStyle(style)(state, dispatch))

/** The blocks for which the toolbar has no button. */
export const OTHER_BLOCKS: readonly (Pick<Tool, 'label' | 'run'> & { readonly face: string })[] = [
  {
    label: 'page.toggleList',
    face: '▸',
    run: (chain) => runStyle(chain, { node: 'item', attrs: { kind: 'toggle' } }),
  },
  { label: 'page.callout', face: '!', run: (chain) => runStyle(chain, { node: 'callout' }) },
]

const TOOLS: readonly (Pick<Tool, 'label' | 'run'> & { readonly face?: ReactNode })[] = [
  ...Object.values(BLOCKS),
  ...LISTS,
  ...INSERTS,
  ...OTHER_BLOCKS,
]

const MATH_WORDS = 'math formula equation latex tex 公式 数学 gongshi shuxue'
const FORMULAS: readonly Insert[] = [
  {
    label: MATH_TEXTS.block,
    face: '∑',
    words: `${MATH_WORDS} block`,
    run: (chain) => chain.command(({ state, dispatch }) => makeMathBlock(state, dispatch)),
  },
  {
    label: MATH_TEXTS.inline,
    face: '𝑥²',
    words: `${MATH_WORDS} inline`,
    run: (chain) => chain.command(({ tr }) => insertLine(tr)),
  },
]

/** All blocks that the menu offers, in order. */
const ALL: readonly Insert[] = TOOLS.filter(({ label }) => label in WORDS)
  .map((tool): Insert => ({
    label: t(tool.label),
    face: tool.face ?? FACES[tool.label],
    words: WORDS[tool.label]!,
    isOutside: tool.label === 'page.table',
    run: tool.run,
  }))
  .concat(FORMULAS)

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
