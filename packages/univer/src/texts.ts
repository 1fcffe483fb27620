/** Texts for people. */
export interface Texts {
  /** Why nothing can be edited while `canEdit` returns false. */
  readonly readOnly: string
  /** Why nothing can be edited once this package doesn't know the document's version. */
  readonly newerFormat: string
  /** Why text was given back: its cell is gone. */
  readonly cellGone: string
  /** The same for several cells. */
  readonly cellsGone: string
  /** Why images and files can't be pasted. */
  readonly noFiles: string
  /**
   * Describes a place.
   *
   * @example place('C5', 'Sheet 2') // 'C5 of Sheet 2'
   */
  readonly place: (cell: string, sheet: string) => string
  /** Why something of Univer's isn't done that the document doesn't support. */
  readonly unsupported: string
  readonly noProtection: string
  readonly noGridColors: string
  readonly noThemes: string
  /** Why rows or columns can't be frozen in the middle of a sheet. */
  readonly scrolled: string
  /** Why text was given back that is too long for a cell. */
  readonly notEntered: (reason: string) => string
  /** Why nothing was pasted. */
  readonly notPasted: (reason: string) => string
  readonly formulaTooLong: (mostCharacters: number) => string
  readonly textTooLong: (mostCharacters: number) => string
  readonly nameTooLong: (mostCharacters: number) => string
  readonly tooManySheets: (most: number) => string
  readonly tooManyMerges: (most: number) => string
  /** Why so many cells can't be merged. */
  readonly tooManyMergedCells: (mostCells: number) => string
  readonly filterTooLarge: string
  readonly tooManyRules: string
  readonly tooManyValidations: string
  /** Why cells or a formula can't be called so. */
  readonly nameInvalid: string
  readonly nameTaken: string
  readonly tooManyNames: (most: number) => string
  /** Why so many rows or columns can't be inserted. */
  readonly linesLeft: {
    readonly rows: (count: number) => string
    readonly columns: (count: number) => string
  }
  readonly nothingToPaste: string
  readonly pasteTooLarge: (mostCells: number) => string
  readonly pasteHasTooManyMerges: (most: number) => string
  /** Why a paste isn't done that would overwrite a part of merged cells. */
  readonly overMerged: string
  /** Why a paste doesn't fit, with the limit in words. */
  readonly doesNotFit: (reason: string) => string
}

/** A sentence for a person, in whichever language the texts are. */
export type Sentence = (texts: Texts) => string

const count = (number: number): string => number.toLocaleString('en')

/** The default texts, in English. */
export const TEXTS: Texts = {
  readOnly: 'You can view this document, but not edit it.',
  newerFormat: 'This sheet was changed by a newer version. Reload to continue.',
  cellGone: 'Someone else deleted or merged the cell you were editing.',
  cellsGone: 'Someone else deleted or merged cells you were editing.',
  noFiles: 'Images and files can’t be added to cells yet.',
  place: (cell, sheet) => `${cell} of ${sheet}`,
  unsupported: 'This isn’t supported yet.',
  noProtection: 'Protecting cells isn’t supported yet.',
  noGridColors: 'Coloring grid lines isn’t supported yet.',
  noThemes: 'Changing the theme of a table isn’t supported yet.',
  scrolled: 'Scroll to the upper left corner first: frozen rows and columns start there.',
  notEntered: (reason) => `Your text was not entered. ${reason}`,
  notPasted: (reason) => `Nothing was pasted. ${reason}`,
  formulaTooLong: (most) => `A formula can have at most ${count(most)} characters.`,
  textTooLong: (most) => `A cell can have at most ${count(most)} characters.`,
  nameTooLong: (most) => `A sheet’s name can have at most ${count(most)} characters.`,
  tooManySheets: (most) => `A workbook can have at most ${count(most)} sheets.`,
  tooManyMerges: (most) => `A sheet can have at most ${count(most)} merged cells.`,
  tooManyMergedCells: (most) => `At most ${count(most)} cells of a sheet can be merged.`,
  filterTooLarge:
    'This filter has too many values. Filter by a condition, or leave out fewer values.',
  tooManyRules:
    'These are too many conditional formats for one sheet. Remove some, or choose fewer cells.',
  tooManyValidations:
    'These are too many data validations for one sheet. Remove some, or choose fewer cells.',
  nameInvalid: 'A name begins with a letter, has no spaces, and isn’t like a cell.',
  nameTaken: 'There is already a name like that.',
  tooManyNames: (most) => `A workbook can have at most ${count(most)} names.`,
  linesLeft: {
    rows: (left) => `This sheet can have only ${count(left)} more rows.`,
    columns: (left) => `This sheet can have only ${count(left)} more columns.`,
  },
  nothingToPaste: 'The clipboard has nothing that can be pasted into cells.',
  pasteTooLarge: (most) => `That is more than ${count(most)} cells. Paste it in smaller parts.`,
  pasteHasTooManyMerges: (most) =>
    `This has more than ${count(most)} merged cells. Paste it in smaller parts.`,
  overMerged: 'This would overwrite a part of some merged cells. Unmerge them first.',
  doesNotFit: (reason) => `That doesn’t fit. ${reason}`,
}
