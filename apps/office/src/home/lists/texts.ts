import { currentLanguage } from '../../language/language.js'
import type { Kind } from '../../route.js'
import type { View } from './views.js'

/** Everything that the lists of a user say. */
export interface ListTexts {
  /** What the lists are together. */
  readonly lists: string
  readonly views: { readonly [view in View]: string }
  readonly search: string
  readonly changed: (kind: Kind, ago: string) => string
  readonly deleted: (kind: Kind, day: string) => string
  readonly loading: string
  readonly none: { readonly [view in Exclude<View, 'recent'>]: string }
  readonly notFound: string
  readonly more: string
  readonly again: string
  readonly star: (name: string) => string
  readonly trash: (name: string) => string
  readonly hide: (name: string) => string
  readonly restore: (name: string) => string
  readonly deleteForGood: (name: string) => string
  /** Asked before that. */
  readonly question: (name: string) => string
  readonly yes: string
  readonly no: string
  readonly isDeleted: (name: string) => string
  readonly trashed: (name: string) => string
  readonly hidden: (name: string) => string
  readonly restored: (name: string) => string
  readonly undo: string
  readonly noFolders: string
  readonly newFolder: string
  readonly folderName: string
  readonly renameFolder: (folder: string) => string
  readonly removeFolder: (folder: string) => string
  /** Asked before that. */
  readonly removeQuestion: (folder: string) => string
  readonly yesRemove: string
  readonly move: (name: string) => string
  readonly folder: string
  readonly noFolder: string
  readonly moveNow: string
  readonly save: string
  readonly cancel: string
  readonly moved: (name: string, folder: string) => string
  readonly takenOut: (name: string) => string
}

/** Beside the messages that every window loads, as they are those of this view alone. */
const FILES = import.meta.glob<{ readonly texts: ListTexts }>('./languages/*.ts')

// A window keeps its language, and this part is loaded after it.
const { texts } = await FILES[`./languages/${currentLanguage().code}.ts`]!()

/** What the lists say, in the language of the window. */
export const TEXTS: ListTexts = texts
