import { currentLanguage } from '../language/language.js'
import type { Template } from './template.js'

/** Each language has documents of its own, in a part that is loaded to choose from them. */
const FILES = import.meta.glob<{ readonly templates: readonly Template[] }>('./contents/*.ts')

const { templates } = await FILES[`./contents/${currentLanguage().code}.ts`]!()

/** The documents to begin with, in the language of the window. */
export const TEMPLATES: readonly Template[] = templates
