// The types of messages: which there are, and what each has to be given.
import type { CellTexts } from '../beside-cells/texts.js'
import type { ILocales } from '@univerjs/core'
import type { IntlMessageFormat } from 'intl-messageformat'
import type { messages } from '../languages/en.js'

/** The id of a message. */
export type MessageId = keyof typeof messages

/** The id of a message without places for values. */
export type TextId = { [Id in MessageId]: Given<Id> extends [] ? Id : never }[MessageId]

/** The messages of a language. */
export type Messages = { readonly [id in MessageId]: string }

/** A language, as its file in `languages/` has it. */
export interface Language {
  /** Those with places for values are texts, unless the build has read them. */
  readonly messages: {
    readonly [id in MessageId]: ConstructorParameters<typeof IntlMessageFormat>[0]
  }
  /** What Univer calls the language. */
  readonly gridLocale: string
  /** Loads Univer's texts. */
  readonly loadGridTexts: () => Promise<{ readonly default: ILocales[string] }>
  /** Loads Univer's texts of the tools that come after the cells. */
  readonly loadToolTexts: () => Promise<{
    readonly texts: ILocales[string]
    readonly cellTexts: CellTexts
  }>
  /** Loads what Univer says about the functions of formulas. */
  readonly loadFunctionTexts: () => Promise<{ readonly default: ILocales[string] }>
}

/** What `t` takes beside the id: nothing if the message has no places for values. */
export type Given<Id extends MessageId> = [NameIn<(typeof messages)[Id]>] extends [never]
  ? []
  : [values: { readonly [name in NameIn<(typeof messages)[Id]>]: string | number }]

/** The names of the values in a message. @example NameIn<'{name} is in {place}'> // 'name' | 'place' */
type NameIn<Text extends string> = Text extends `${string}{${infer Rest}` ? NameAt<Rest> : never

/** The text is behind a brace: `name} …`, `count, number} …` or `count, plural, one {…} other {…}} …`. */
type NameAt<Text extends string> = Text extends `${infer Head}}${infer Rest}`
  ? Head extends `${infer Name},${infer Format}`
    ? Format extends `${string},${string}`
      ? Name | (Text extends `${string},${string},${infer Arms}` ? NameInArms<Arms> : never)
      : Name | NameIn<Rest>
    : Head | NameIn<Rest>
  : never

/** The text is that of a plural or a choice: ` one {…} other {…}} …`. */
type NameInArms<Text extends string> = Text extends `${infer Key}{${infer Arm}`
  ? Key extends `${string}}${infer After}`
    ? NameIn<`${After}{${Arm}`>
    : NameInArm<Arm>
  : never

/** The text is that of one case: `{name} is here} other {…}} …`. */
type NameInArm<Text extends string> = Text extends `${infer Head}}${infer Rest}`
  ? Head extends `${string}{${infer Name}`
    ? Name | NameInArm<Rest>
    : NameInArms<Rest>
  : never
