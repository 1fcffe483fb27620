import type { ChartTexts } from '../texts.js'

const count = (number: number): string => number.toLocaleString('zh-CN')
const KINDS = {
  column: '柱形图',
  bar: '条形图',
  line: '折线图',
  pie: '饼图',
  scatter: '散点图',
} as const

export const texts: ChartTexts = {
  panel: '图表',
  close: '关闭',
  kind: '类型',
  kinds: { ...KINDS },
  title: '标题',
  range: '单元格',
  notARange: '请输入单元格，例如 A1:C9。',
  direction: '系列位于',
  directions: { columns: '列', rows: '行' },
  legend: '图例',
  legends: { top: '上方', right: '右侧', bottom: '下方', none: '无' },
  stacked: '堆积',
  colors: '颜色',
  colorNames: {
    blue: '蓝色',
    orange: '橙色',
    green: '绿色',
    purple: '紫色',
    red: '红色',
    yellow: '黄色',
    pink: '粉色',
    gray: '灰色',
  },
  colorOf: (series) => `${series}的颜色`,
  toFront: '置于顶层',
  remove: '删除图表',
  edit: '编辑',
  about: (kind, title, series) =>
    `${KINDS[kind]}${title === '' ? '' : `：${title}`}。${series.length === 0 ? '没有内容。' : `系列：${series.join('、')}。`}`,
  keys: '按 Enter 编辑，方向键移动，Delete 删除，Esc 离开。',
  series: (number) => `系列 ${number}`,
  point: (number) => String(number),
  added: '图表已添加。',
  removed: '图表已删除。按 Ctrl+Z 可恢复。',
  removedByOther: '此图表已被他人删除。',
  tooMany: (most) => `一个工作表最多有 ${count(most)} 个图表。`,
  gone: '此图表的单元格已被删除。',
  nothing: '此图表的单元格中没有数字。',
  leftOut: (drawn, all) => `显示 ${count(all)} 个点中的前 ${count(drawn)} 个。`,
  seriesLeftOut: (drawn, all) => `显示 ${count(all)} 个系列中的前 ${count(drawn)} 个。`,
  tableLeftOut: (shown, all) => `${count(all)} 个值中的前 ${count(shown)} 个。`,
}
