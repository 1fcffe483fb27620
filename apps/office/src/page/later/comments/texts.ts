import { currentLanguage } from '../../../language/language.js'

/** Everything that the comments say. */
export interface CommentTexts {
  readonly title: string
  readonly close: string
  /** The button in the bar. */
  readonly button: (open: number, unsent: number) => string
  readonly previous: string
  readonly next: string
  readonly loading: string
  readonly notAllowed: string
  readonly noPage: string
  readonly more: (count: number) => string
  readonly openOnes: (count: number) => string
  readonly resolvedOnes: (count: number) => string
  readonly which: string
  readonly none: string
  readonly noneResolved: string
  readonly begin: string
  readonly notNow: string
  /** What a screen reader says of commented text. */
  readonly commented: string
  readonly threadOn: (quote: string) => string
  readonly goTo: (quote: string) => string
  readonly deletedText: string
  readonly write: string
  readonly reply: string
  readonly send: string
  readonly save: string
  readonly cancel: string
  readonly discard: string
  /** What to do with a draft before another comment is begun. */
  readonly sendFirst: string
  /** What was written to a comment that is deleted. */
  readonly orphan: string
  readonly yourName: string
  readonly nameNeeded: string
  readonly askRemove: string
  readonly keep: string
  readonly edit: string
  readonly remove: string
  readonly removed: string
  readonly resolve: string
  readonly reopen: string
  readonly resolvedBy: (name: string) => string
  readonly edited: string
  readonly people: string
  readonly selectText: string
  readonly long: (most: number) => string
  readonly full: string
  readonly threadFull: string
  /** How many characters are left; fewer than 0 are too many. */
  readonly left: (count: number) => string
  readonly notSaved: string
  readonly refused: string
  readonly sent: string
  readonly said: (name: string, text: string) => string
  readonly mentionedYou: (name: string, text: string) => string
  readonly nowResolved: string
  readonly nowOpen: string
}

/** Beside the messages that every window loads, as they are those of this view alone. */
const FILES = import.meta.glob<{ readonly texts: CommentTexts }>('./languages/*.ts')

// A window keeps its language, and this part is loaded after it.
const { texts } = await FILES[`./languages/${currentLanguage().code}.ts`]!()

/** What the comments say, in the language of the window. */
export const TEXTS: CommentTexts = texts
