// What a grid has once its cells are drawn; load it after them.
export { addNotes, EDIT_NOTE, type Notes } from './notes.js'
export { CellBoxes } from './cell-boxes.js'
