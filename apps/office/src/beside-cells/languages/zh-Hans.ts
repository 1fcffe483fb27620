import type { CellTexts } from '../texts.js'

export const texts: CellTexts = {
  addChart: '插入图表 (Alt+F1)',
  addLink: '添加链接 (Ctrl+K)',
  addNote: '添加批注 (Shift+F2)',
  deleteLink: '移除链接',
  deleteNote: '删除批注',
  editLink: '编辑链接 (Ctrl+K)',
  editNote: '编辑批注 (Shift+F2)',
  noteFull: (most) => `批注最多 ${most} 个字符。`,
  noteOf: (cell) => `${cell} 的批注`,
  linkOf: (cell) => `${cell} 的链接`,
  notALink: '请输入网址、邮箱地址、工作表名称或单元格，例如 B2:C4。',
  openLink: '打开链接 (Alt+Enter)',
  writeLink: '网址、工作表或单元格',
  writeNote: '输入批注',
}
