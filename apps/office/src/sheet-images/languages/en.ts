import type { ImageTexts } from '../texts.js'

export const texts: ImageTexts = {
  deleted: 'The image was deleted.',
  deleteImage: 'Delete image',
  describe: 'Describe image',
  description: 'What the image shows',
  fitIntoCell: 'Fit into the cell',
  gone: 'Somebody has deleted this image.',
  hint: 'Arrow keys move the image, with Shift they resize it. Enter describes it, Delete deletes it, Tab leads to more, and Escape back to the cells.',
  hintToView: 'Escape leads back to the cells.',
  image: 'Image',
  imageOf: (alt) => `Image: ${alt}`,
  insert: 'Insert image',
  insertedAt: (cell) => `The image is at ${cell}.`,
  liftOutOfCell: 'Float over the cells',
  movedTo: (cell) => `Moved to ${cell}.`,
  noRoom: 'There is no space for more images in this workbook. Delete some first.',
  resizedTo: (width, height) => `${width} by ${height} pixels.`,
  toBack: 'Send to back',
  toFront: 'Bring to front',
  tooMany: (most) => `A sheet can have at most ${most} images.`,
}
