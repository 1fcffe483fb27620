import type { ChartColor, ChartKind, Direction, Legend } from '@whereabouts/univer/charts'
import { currentLanguage } from '../language/language.js'

/** Everything that charts say. */
export interface ChartTexts {
  readonly panel: string
  readonly close: string
  readonly kind: string
  readonly kinds: { readonly [kind in ChartKind]: string }
  readonly title: string
  readonly range: string
  readonly notARange: string
  readonly direction: string
  readonly directions: { readonly [by in Direction]: string }
  readonly legend: string
  readonly legends: { readonly [legend in Legend]: string }
  readonly stacked: string
  readonly colors: string
  readonly colorNames: { readonly [color in ChartColor]: string }
  readonly colorOf: (series: string) => string
  readonly toFront: string
  readonly remove: string
  readonly edit: string
  /** The name of a chart, for screen readers. @example 'Column chart: Sales. Series: 2025, 2026.' */
  readonly about: (kind: ChartKind, title: string, series: readonly string[]) => string
  readonly keys: string
  /** The same for who may not edit. */
  readonly keysToView: string
  readonly series: (number: number) => string
  readonly point: (number: number) => string
  readonly added: string
  readonly removed: string
  readonly removedByOther: string
  readonly tooMany: (most: number) => string
  /** What is shown instead of a chart whose cells are gone. */
  readonly gone: string
  readonly nothing: string
  readonly leftOut: (drawn: number, all: number) => string
  readonly seriesLeftOut: (drawn: number, all: number) => string
  readonly tableLeftOut: (shown: number, all: number) => string
}

/** Beside the messages that every window loads, as they are those of this part alone. */
const FILES = import.meta.glob<{ readonly texts: ChartTexts }>('./languages/*.ts')

// A window keeps its language, and this part is loaded after it.
const { texts } = await FILES[`./languages/${currentLanguage().code}.ts`]!()

/** What charts say, in the language of the window. */
export const TEXTS: ChartTexts = texts
