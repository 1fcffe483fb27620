import { currentLanguage } from '../language/language.js'
import { untilLoaded } from '../late-part.js'

/** The names of those of Univer's controls for which Univer has no text. */
export interface NameTexts {
  readonly allSheets: string
  /** The field that says which cell is selected, and selects what is typed. */
  readonly cell: string
  readonly closePanel: string
  readonly formulaHeight: string
  readonly messages: string
  readonly newSheet: string
  readonly nextSheets: string
  readonly notifications: string
  readonly panel: string
  readonly panelWidth: string
  readonly previousSheets: string
  /** The list of tabs. */
  readonly sheets: string
  readonly zoom: string
}

/** Beside the messages that every window loads, as they come after the cells. */
const FILES = import.meta.glob<{ readonly texts: NameTexts }>('./languages/*.ts')

/** Loads the texts in the language of the window. */
export async function loadTexts(): Promise<NameTexts> {
  return (await untilLoaded(FILES[`./languages/${currentLanguage().code}.ts`]!)).texts
}
