/** Text that couldn't be kept in the sheet, given back to its author. @see OFFICE.md SH31 */
export interface GivenBack {
  /** Why, and what the person can do. */
  readonly reason: string
  /** The text; that of several cells is separated by tabs, as on the clipboard. */
  readonly text: string
  readonly isTable: boolean
}

/** Messages for the person at the sheet. */
export interface Notices {
  /** Says why something wasn't done. */
  readonly notify: (text: string) => void
  /** Offers text to be copied or put into another cell. */
  readonly giveBack: (given: GivenBack) => void
}

/** Returns the text of one cell to give back. */
export const oneText = (reason: string, text: string): GivenBack => ({
  reason,
  text,
  isTable: false,
})
