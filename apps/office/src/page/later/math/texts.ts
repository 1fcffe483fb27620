import { currentLanguage } from '../../../language/language.js'

/** Everything that is said of formulas. */
export interface MathTexts {
  readonly inline: string
  readonly block: string
  /** What an empty formula shows. */
  readonly empty: string
  /** Said when the caret gets into a formula. */
  readonly opened: string
  readonly wrong: (message: string) => string
  readonly wrongAt: (position: number, message: string) => string
  readonly tooLong: (most: number) => string
  readonly noMacros: (macro: string) => string
  readonly tooDeep: string
  /** Said of a file of Word. */
  readonly asText: (name: string) => string
}

/** Beside the messages that every window loads, as they are those of formulas alone. */
const FILES = import.meta.glob<{ readonly texts: MathTexts }>('./languages/*.ts')

// A window keeps its language, and this part is loaded after it.
const { texts } = await FILES[`./languages/${currentLanguage().code}.ts`]!()

/** What is said of formulas, in the language of the window. */
export const TEXTS: MathTexts = texts
