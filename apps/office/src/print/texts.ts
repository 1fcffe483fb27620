import { currentLanguage } from '../language/language.js'
import type { PrintSettings } from './paper.js'

/** Everything that the print dialog says. */
export interface PrintTexts {
  readonly title: string
  readonly paper: string
  readonly papers: { readonly [paper in PrintSettings['paper']]: string }
  readonly orientation: string
  readonly portrait: string
  readonly landscape: string
  readonly margins: string
  readonly marginSizes: { readonly [margins in PrintSettings['margins']]: string }
  readonly size: string
  readonly fitWidth: string
  readonly fitPage: string
  readonly percent: (percent: number) => string
  readonly area: string
  readonly all: string
  readonly selection: string
  readonly kept: (cells: string) => string
  readonly repeatedRows: string
  readonly repeatedColumns: string
  readonly gridLines: string
  readonly footer: string
  readonly preview: string
  readonly previous: string
  readonly next: string
  readonly pageOf: (page: number, of: number) => string
  readonly nothing: string
  readonly tooMany: (pages: number, most: number) => string
  readonly preparing: (done: number, of: number) => string
  readonly print: string
}

/** Beside the messages that every window loads, as they are those of this dialog alone. */
const FILES = import.meta.glob<{ readonly texts: PrintTexts }>('./languages/*.ts')

// A window keeps its language, and this part is loaded after it.
const { texts } = await FILES[`./languages/${currentLanguage().code}.ts`]!()

/** What the print dialog says, in the language of the window. */
export const TEXTS: PrintTexts = texts
