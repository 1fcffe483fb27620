/** Texts for people that don't depend on what exactly they tried. */
export interface Texts {
  /** Why nothing can be edited while `canEdit` returns false. */
  readonly readOnly: string
  /** Why nothing can be edited once this package doesn't know the document's version. */
  readonly newerFormat: string
  /** Why text was given back: its cell is gone. */
  readonly cellGone: string
  /** The same for several cells. */
  readonly cellsGone: string
  /**
   * Describes a place.
   *
   * @example place('C5', 'Sheet 2') // 'C5 of Sheet 2'
   */
  readonly place: (cell: string, sheet: string) => string
}

/** The default texts. */
export const TEXTS: Texts = {
  readOnly: 'You can view this document, but not edit it.',
  newerFormat: 'This sheet was changed by a newer version. Reload to continue.',
  cellGone: 'Someone else deleted or merged the cell you were editing.',
  cellsGone: 'Someone else deleted or merged cells you were editing.',
  place: (cell, sheet) => `${cell} of ${sheet}`,
}
