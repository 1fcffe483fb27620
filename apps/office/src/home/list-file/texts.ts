import { currentLanguage } from '../../language/language.js'
import type { Merged } from './list-file.js'

/** What is said about files of a list. */
export interface ListFileTexts {
  readonly about: string
  readonly exportList: string
  readonly importList: string
  readonly fileName: string
  readonly exported: (count: number) => string
  readonly imported: (merged: Omit<Merged, 'list'>) => string
  readonly wrongFile: string
}

/** Beside the messages that every window loads, as they are those of this part alone. */
const FILES = import.meta.glob<{ readonly texts: ListFileTexts }>('./languages/*.ts')

// A window keeps its language, and this part is loaded after it.
const { texts } = await FILES[`./languages/${currentLanguage().code}.ts`]!()

/** What this part says, in the language of the window. */
export const TEXTS: ListFileTexts = texts
