/** What a program puts on the clipboard, written by hand after how it writes, and what is right. */
export interface Clipboard {
  readonly program: string
  readonly text: string
  readonly html?: string
  /** The cells when it was pasted into A1, as the document has them. */
  readonly cells: { readonly [cell: string]: object }
  /** Merged cells by their first and last one. */
  readonly merges?: { readonly [first: string]: string }
}
