import type { CellTexts } from '../texts.js'

export const texts: CellTexts = {
  addNote: '添加批注 (Shift+F2)',
  deleteNote: '删除批注',
  editNote: '编辑批注 (Shift+F2)',
  noteOf: (cell) => `${cell} 的批注`,
  writeNote: '输入批注',
}
