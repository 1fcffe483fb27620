import { currentLanguage } from '../language/language.js'
import { untilLoaded } from '../late-part.js'

/** What is said about images of a sheet. */
export interface ImageTexts {
  readonly deleted: string
  readonly deleteImage: string
  readonly describe: string
  /** The label of the field for what an image shows. */
  readonly description: string
  /** Shows an image within its cell. */
  readonly fitIntoCell: string
  readonly gone: string
  /** Which keys an image has. */
  readonly hint: string
  /** The same for who may not edit. */
  readonly hintToView: string
  readonly image: string
  /** The name of an image. */
  readonly imageOf: (alt: string) => string
  readonly insert: string
  readonly insertedAt: (cell: string) => string
  readonly liftOutOfCell: string
  readonly movedTo: (cell: string) => string
  readonly noRoom: string
  readonly resizedTo: (width: string, height: string) => string
  readonly toBack: string
  readonly toFront: string
  readonly tooMany: (most: string) => string
}

/** Beside the messages that every window loads, as they come after the cells. */
const FILES = import.meta.glob<{ readonly texts: ImageTexts }>('./languages/*.ts')

/** Loads the texts in the language of the window. */
export async function loadTexts(): Promise<ImageTexts> {
  return (await untilLoaded(FILES[`./languages/${currentLanguage().code}.ts`]!)).texts
}
