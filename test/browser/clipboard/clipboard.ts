/** Clipboard contents, handmade in the style of a program, with the expected result. */
export interface Clipboard {
  readonly program: string
  readonly text: string
  readonly html?: string
  /** The cells in the document after pasting into A1. */
  readonly cells: { readonly [cell: string]: object }
  /** Merged cells by their first and last one. */
  readonly merges?: { readonly [first: string]: string }
}
