/** The texts of opening and saving files. Those of `@whereabouts/univer/files` are beside them. */
export const FILE_TEXTS = {
  file: 'File',
  openFile: 'Open a file…',
  openFileAbout: '.xlsx, .ods, .csv and others',
  opening: (name: string) => `Open ${name}`,
  whereTo: 'Where should its sheets go?',
  asNew: 'New document',
  intoThis: 'Add to this document',
  cancel: 'Cancel',
  close: 'Close',
  reading: 'Reading the file…',
  writing: 'Saving the sheets…',
  leftOut: 'A sheet can’t have everything that is in this file. Left out will be:',
  openAnyway: 'Open without these',
  failed: (name: string) => `${name} can’t be opened`,
  stopped: 'The file can’t be read here: it takes too much memory.',
  offline: 'The server can’t be reached. Nothing was saved; try again.',
  files: 'Files',
  save: 'Save as a file',
  saving: 'Writing the file…',
  xlsx: 'Excel workbook, all sheets (.xlsx)',
  csv: 'Text with commas, this sheet (.csv)',
  semicolons: 'Text with semicolons, this sheet (.csv)',
  tsv: 'Text with tabs, this sheet (.tsv)',
  mark: 'Mark texts as UTF-8, as Excel needs it',
  notSaved: 'The file can’t be written.',
  item: (what: string, count: number, sheet: string, example: string | undefined) => {
    const where = sheet === '' ? '' : ` in ${sheet}`
    const such = example === undefined ? '' : `, such as at ${example}`
    return `${what}: ${count}${where}${such}`
  },
} as const
