import { currentLanguage } from '../language/language.js'
import { untilLoaded } from '../late-part.js'

/** What is said about notes of cells. */
export interface CellTexts {
  readonly addNote: string
  readonly deleteNote: string
  readonly editNote: string
  /** The name of a note, for screen readers. */
  readonly noteOf: (cell: string) => string
  readonly writeNote: string
}

/** Beside the messages that every window loads, as they come after the cells. */
const FILES = import.meta.glob<{ readonly texts: CellTexts }>('./languages/*.ts')

/** Loads the texts in the language of the window. */
export async function loadTexts(): Promise<CellTexts> {
  return (await untilLoaded(FILES[`./languages/${currentLanguage().code}.ts`]!)).texts
}
