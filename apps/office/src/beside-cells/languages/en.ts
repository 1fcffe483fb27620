import type { CellTexts } from '../texts.js'

export const texts: CellTexts = {
  addNote: 'Add note (Shift+F2)',
  deleteNote: 'Delete note',
  editNote: 'Edit note (Shift+F2)',
  noteOf: (cell) => `Note of ${cell}`,
  writeNote: 'Write a note',
}
