import type { NameTexts } from '../texts.js'

export const texts: NameTexts = {
  allSheets: '所有工作表',
  cell: '单元格或区域',
  closePanel: '关闭面板',
  formulaHeight: '编辑栏高度',
  messages: '消息',
  newSheet: '新建工作表',
  nextSheets: '后面的工作表',
  notifications: '通知 (Alt+T)',
  panel: '面板',
  panelWidth: '面板宽度',
  previousSheets: '前面的工作表',
  sheets: '工作表',
  zoom: '缩放',
}
