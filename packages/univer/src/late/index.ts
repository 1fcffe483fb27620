// What a grid has once its cells are drawn; load it after them.
export { addNotes, EDIT_NOTE, type Notes } from './notes.js'
export { addLinks, EDIT_LINK, type LinkedCells, type Links } from './links.js'
export { CellBoxes } from './cell-boxes.js'
export {
  addImages,
  type ImageProblem,
  type Images,
  type ImageTarget,
  type NewImage,
  type ShownImage,
} from './images.js'
export { ImageAreas, type ImageArea, type ImageBox, type ImagePane } from './image-areas.js'
