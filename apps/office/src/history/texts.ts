import type { ChartKind, ComparedChart } from '@whereabouts/univer/charts'
import { currentLanguage } from '../language/language.js'
import type { Kind } from '../route.js'

/** Everything that the history says. */
export interface HistoryTexts {
  readonly title: string
  readonly close: string
  readonly list: string
  readonly loading: string
  readonly none: string
  readonly more: string
  readonly failed: string
  readonly again: string
  readonly choose: string
  readonly unreadable: (kind: Kind) => string
  readonly gone: string
  readonly refused: (kind: Kind) => string
  readonly at: (when: string) => string
  readonly compareWith: string
  readonly withBefore: string
  readonly withNow: string
  readonly same: string
  readonly first: string
  readonly restore: string
  readonly restored: (kind: Kind, when: string) => string
  readonly already: (when: string) => string
  readonly copy: string
  readonly copying: string
  readonly copied: string
  readonly openCopy: string
  readonly notCopied: string
  readonly presentName: string
  readonly namePresent: string
  readonly presentNamed: string
  readonly name: string
  readonly saveName: string
  readonly named: string
  readonly unnamed: string
  readonly notNamed: string
  /** The author of what no person wrote. */
  readonly application: string
  readonly guest: string
  readonly today: string
  readonly yesterday: string
  readonly sheets: string
  readonly changes: (count: number) => string
  readonly moreChanges: (count: number) => string
  readonly cut: (rows: number, columns: number) => string
  readonly row: string
  /** What an empty cell has. */
  readonly empty: string
  readonly link: (where: string) => string
  readonly note: (text: string) => string
  readonly other: (text: string) => string
  /** The list of a sheet's charts. */
  readonly charts: string
  readonly chartKinds: { readonly [kind in ChartKind]: string }
  readonly chartStates: { readonly [state in Exclude<ComparedChart['state'], 'same'>]: string }
  /** What a chart shows whose cells were deleted. */
  readonly noCells: string
  readonly image: string
  /** What became of an image of a sheet, with what it shows. */
  readonly imageAdded: (alt: string) => string
  readonly imageChanged: (alt: string) => string
  readonly imageRemoved: (alt: string) => string
  readonly unknown: string
}

/** Beside the messages that every window loads, as they are those of this view alone. */
const FILES = import.meta.glob<{ readonly texts: HistoryTexts }>('./languages/*.ts')

// A window keeps its language, and this part is loaded after it.
const { texts } = await FILES[`./languages/${currentLanguage().code}.ts`]!()

/** What the history says, in the language of the window. */
export const TEXTS: HistoryTexts = texts
