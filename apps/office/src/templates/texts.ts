import { currentLanguage } from '../language/language.js'

/** Everything that the choice of a template says. */
export interface TemplateTexts {
  readonly title: string
  readonly about: string
  readonly making: string
  readonly failed: (why: string) => string
}

/** Beside the messages that every window loads, as they are those of this part alone. */
const FILES = import.meta.glob<{ readonly texts: TemplateTexts }>('./languages/*.ts')

// A window keeps its language, and this part is loaded after it.
const { texts } = await FILES[`./languages/${currentLanguage().code}.ts`]!()

/** What is said of templates, in the language of the window. */
export const TEXTS: TemplateTexts = texts
