import { hasText, readHtmlTable, readHtmlText } from './html-table.js'
import { CannotPaste, readText, type PastedTable } from './table.js'

/** What is on the clipboard; empty text where there is none. */
export interface Contents {
  readonly html: string
  readonly text: string
  readonly hasFiles: boolean
}

/** Why files can't be dropped or pasted. @see OFFICE.md SH29 */
export const NO_FILES = 'Images and files can’t be put into cells yet.'

const NOTHING = 'There is nothing on the clipboard that a cell can hold.'
const HTML = 'text/html'

/**
 * Reads what is about to be pasted: tables of HTML, else text.
 *
 * @throws {CannotPaste} if there is nothing to put into cells, or too much.
 */
export function readContents({ html, text, hasFiles }: Contents): PastedTable {
  const table = html === '' ? undefined : readHtmlTable(html)
  if (table !== undefined && table.rows.length > 0) return table
  if (text !== '') return readText(text)
  if (html !== '' && hasText(html)) return readHtmlText(html)
  throw new CannotPaste(hasFiles || /<img\b/i.test(html) ? NO_FILES : NOTHING)
}

/** Reads what the menu pastes. */
export async function readItem(item: ClipboardItem): Promise<Contents> {
  const whole = (await readWhole()) ?? item
  const read = async (type: string) =>
    whole.types.includes(type) ? (await whole.getType(type)).text() : ''
  return {
    html: await read(HTML),
    text: await read('text/plain'),
    hasFiles: whole.types.some((type) => !type.startsWith('text/')),
  }
}

/** The clipboard with the style sheets of its HTML, where the browser gives them: they say which cells are text. */
async function readWhole(): Promise<ClipboardItem | undefined> {
  const clipboard: { read(formats: object): Promise<ClipboardItem[]> } = navigator.clipboard
  try {
    return (await clipboard.read({ unsanitized: [HTML] }))[0]
  } catch {
    // A browser that doesn't know of it has given its own reading of the HTML.
    return undefined
  }
}
