import { NO_FILES } from './clipboard/contents.js'

/** What people read that doesn't depend on what exactly they tried. */
export interface Texts {
  /** Why nothing can be changed while `canEdit` answers no. */
  readonly readOnly: string
  /** Why nothing can be changed once the document says a version that this package doesn't know. */
  readonly newerFormat: string
  /** Why text was given back: its cell is gone. */
  readonly cellGone: string
  /** The same, of several cells. */
  readonly cellsGone: string
  /** Images and files can't be pasted. */
  readonly noFiles: string
  /** Where somebody is. @example place('C5', 'Sheet 2') // 'C5 of Sheet 2' */
  readonly place: (cell: string, sheet: string) => string
}

/** The texts that are shown where no others are given. */
export const TEXTS: Texts = {
  readOnly: 'You are only looking on: nothing can be changed here. Join to write.',
  newerFormat: 'This sheet was changed by a newer version. Reload to go on.',
  cellGone: 'Somebody else has deleted or merged the cell that you were writing into.',
  cellsGone: 'Somebody else has deleted or merged cells that you were writing into.',
  noFiles: NO_FILES,
  place: (cell, sheet) => `${cell} of ${sheet}`,
}
