/** What is said about notes and links of cells, and by the menu on them. */
export interface CellTexts {
  readonly addChart: string
  readonly addLink: string
  readonly addNote: string
  readonly deleteLink: string
  readonly deleteNote: string
  readonly editLink: string
  readonly editNote: string
  /** The name of a link, for screen readers. */
  readonly linkOf: (cell: string) => string
  /** Why what was typed can't be a link. */
  readonly notALink: string
  /** Why no more can be written into a note. */
  readonly noteFull: (mostCharacters: string) => string
  /** The name of a note, for screen readers. */
  readonly noteOf: (cell: string) => string
  readonly openLink: string
  readonly writeLink: string
  readonly writeNote: string
}
