import type { Color } from '../page-document/block.js'
import { currentLanguage } from '../language/language.js'
import type { MenuName } from './entries.js'

/** What the menus say beside the messages that every window loads, and beside Univer's texts. */
export interface MenuTexts {
  readonly bar: string
  readonly menu: string
  readonly back: string
  readonly names: { readonly [name in MenuName]: string }
  readonly close: string

  // File
  readonly home: string
  readonly newSheet: string
  readonly newPage: string
  readonly rename: string
  readonly files: string
  readonly print: string
  readonly share: string
  readonly history: string

  // Edit
  readonly cut: string
  readonly copy: string
  readonly selectAll: string
  readonly find: string
  readonly replace: string
  readonly repeat: string
  readonly fillDown: string
  readonly fillRight: string
  readonly paste: string

  // View
  readonly goTo: string
  readonly firstCell: string
  readonly lastCell: string
  readonly previousSheet: string
  readonly nextSheet: string
  readonly zoom: string
  readonly zoomIn: string
  readonly zoomOut: string
  readonly zoomReset: string
  readonly gridLines: string
  readonly hiddenSheets: string
  readonly people: string
  readonly person: string

  // Insert
  readonly cells: string
  readonly rowAbove: string
  readonly rowBelow: string
  readonly columnLeft: string
  readonly columnRight: string
  readonly sum: string
  readonly functions: string
  readonly allFunctions: string
  readonly date: string
  readonly time: string
  readonly sheet: string
  readonly chart: string
  readonly floating: string
  readonly image: string
  readonly link: string
  readonly openLink: string
  readonly removeLink: string
  readonly note: string
  readonly deleteNote: string
  readonly lists: string
  readonly blocks: string

  // Format
  readonly text: string
  readonly bold: string
  readonly italic: string
  readonly underline: string
  readonly strike: string
  readonly font: string
  readonly fontSize: string
  readonly larger: string
  readonly smaller: string
  readonly reset: string
  readonly colors: { readonly [color in Color]: string }
  readonly borders: string
  readonly borderTypes: { readonly [type in BorderType]: string }
  readonly numbers: string
  readonly moreFormats: string
  readonly rows: string
  readonly columns: string
  readonly height: string
  readonly width: string
  readonly fit: string
  readonly hide: string
  readonly show: string
  readonly freezeHere: string
  readonly unmerge: string
  readonly indent: string
  readonly outdent: string
  readonly moveUp: string
  readonly moveDown: string
  readonly deleteBlock: string

  // Data
  readonly rules: string
  readonly validations: string
  readonly newValidation: string
  readonly nameList: string

  // Help
  readonly shortcuts: string
  readonly doctor: string
  readonly licences: string
  readonly moreKeys: MoreKeys
}

/** The kinds of borders, as Univer calls them. */
export type BorderType = 'all' | 'outside' | 'inside' | 'top' | 'bottom' | 'left' | 'right' | 'none'

/** Keys that no entry of a menu has. */
export interface MoreKeys {
  readonly title: string
  readonly bar: string
  readonly content: string
  readonly edit: string
  readonly line: string
  readonly leave: string
  readonly blocks: string
  readonly fold: string
}

/** Beside the messages that every window loads, as they come after the cells and the text. */
const FILES = import.meta.glob<{ readonly texts: MenuTexts }>('./languages/*.ts')

// A window keeps its language, and this part is loaded after it.
const { texts } = await FILES[`./languages/${currentLanguage().code}.ts`]!()

/** What the menus say, in the language of the window. */
export const TEXTS: MenuTexts = texts
