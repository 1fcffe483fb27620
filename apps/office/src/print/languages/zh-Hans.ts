import type { PrintTexts } from '../texts.js'

const count = (number: number): string => number.toLocaleString('zh-CN')

export const texts: PrintTexts = {
  title: '打印',
  paper: '纸张',
  papers: { a4: 'A4', letter: 'Letter' },
  orientation: '方向',
  portrait: '纵向',
  landscape: '横向',
  margins: '页边距',
  marginSizes: { normal: '普通', narrow: '窄', wide: '宽', none: '无' },
  size: '大小',
  fitWidth: '适合页宽',
  fitPage: '缩放到一页',
  percent: (percent) => `${percent}%`,
  area: '打印内容',
  all: '所有用到的单元格',
  selection: '选中的单元格',
  kept: (cells) => `${cells}（同上次）`,
  repeatedRows: '每页顶端重复的行数',
  repeatedColumns: '每页左端重复的列数',
  gridLines: '网格线',
  footer: '标题和页码',
  preview: '预览',
  previous: '上一页',
  next: '下一页',
  pageOf: (page, of) => `第 ${count(page)} 页，共 ${count(of)} 页`,
  nothing: '这里没有可打印的内容。',
  tooMany: (pages, most) =>
    `这将有 ${count(pages)} 页。一次最多打印 ${count(most)} 页：请减少单元格，或缩小尺寸。`,
  preparing: (done, of) => `正在准备第 ${count(done)} 页，共 ${count(of)} 页…`,
  print: '打印或存为 PDF…',
}
