/** Text that has no place in the sheet, given back to whoever wrote it. @see OFFICE.md SH31 */
export interface GivenBack {
  /** Why, and what can be done. */
  readonly reason: string
  /** Of several cells it is separated by tabs, as on the clipboard. */
  readonly text: string
  readonly isTable: boolean
}

/** What somebody at the sheet has to be told. */
export interface Notices {
  /** Says why something wasn't done. */
  readonly notify: (text: string) => void
  /** Offers text to be copied, or put elsewhere. */
  readonly giveBack: (given: GivenBack) => void
}

/** The text of one cell. */
export const oneText = (reason: string, text: string): GivenBack => ({
  reason,
  text,
  isTable: false,
})
