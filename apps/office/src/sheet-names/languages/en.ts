import type { NameTexts } from '../texts.js'

export const texts: NameTexts = {
  allSheets: 'All sheets',
  cell: 'Cell or range',
  closePanel: 'Close the panel',
  formulaHeight: 'Height of the formula bar',
  messages: 'Messages',
  newSheet: 'New sheet',
  nextSheets: 'Next sheets',
  notifications: 'Notifications (Alt+T)',
  panel: 'Panel',
  panelWidth: 'Width of the panel',
  previousSheets: 'Previous sheets',
  sheets: 'Sheets',
  zoom: 'Zoom',
}
