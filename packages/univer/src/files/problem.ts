/** Why a file can't be opened or saved. */
export type FileFault =
  | 'unknown-kind'
  | 'not-as-named'
  | 'encrypted'
  | 'damaged'
  | 'declarations'
  | 'too-large'
  | 'too-many-cells'
  | 'too-many-sheets'
  | 'too-many-lines'
  | 'no-room'
  | 'empty'

/** A file that can't be opened or saved, with a sentence for people. Nothing was changed. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem'

  /** @param text what of the fault differs from file to file */
  constructor(
    readonly fault: FileFault,
    readonly text = '',
  ) {
    super(FILE_FAULTS[fault](text))
  }
}

/** The sentence for each fault. @see SHEET.md FL8 */
export const FILE_FAULTS: { readonly [fault in FileFault]: (text: string) => string } = {
  'unknown-kind': () =>
    'Files of this kind can’t be opened. Open an .xlsx, .xls, .ods, .csv or .tsv file.',
  'not-as-named': (kind) =>
    `This isn’t an ${kind} file, although its name says so. Save it again where it comes from.`,
  encrypted: () => 'This file is protected with a password. Save it without one, and open that.',
  damaged: () => 'This file is damaged, or not a spreadsheet. Save it again where it comes from.',
  declarations: () =>
    'This file declares XML entities, which no spreadsheet needs, so it isn’t opened.',
  'too-large': (limit) => `This file is too large: its content takes more than ${limit}. Split it.`,
  'too-many-cells': (limit) => `This file has too many cells: more than ${limit}. Split it.`,
  'too-many-sheets': (limit) => `This file has too many sheets: more than ${limit}. Split it.`,
  'too-many-lines': (limit) =>
    `A sheet of this file has too many lines: more than ${limit}. Split it.`,
  'no-room': () =>
    'This document has no room for the sheets of the file. Open it as a new document.',
  empty: () => 'This file is empty.',
}
