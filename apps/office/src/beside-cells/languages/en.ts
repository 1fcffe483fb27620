import type { CellTexts } from '../texts.js'

export const texts: CellTexts = {
  addChart: 'Insert chart (Alt+F1)',
  addLink: 'Add link (Ctrl+K)',
  addNote: 'Add note (Shift+F2)',
  deleteLink: 'Remove link',
  deleteNote: 'Delete note',
  editLink: 'Edit link (Ctrl+K)',
  editNote: 'Edit note (Shift+F2)',
  noteFull: (most) => `A note has at most ${most} characters.`,
  noteOf: (cell) => `Note of ${cell}`,
  linkOf: (cell) => `Link of ${cell}`,
  notALink: 'Enter a web address, a mail address, a sheet or cells, such as B2:C4.',
  openLink: 'Open link (Alt+Enter)',
  writeLink: 'Address, sheet or cells',
  writeNote: 'Write a note',
}
