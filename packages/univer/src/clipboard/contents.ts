import { hasText, readHtmlTable, readHtmlText } from './html-table.js'
import type { Work } from '../slices.js'
import { CannotPaste, readingText, type PastedTable } from './table.js'

/** The contents of the clipboard; missing text is empty. */
export interface Contents {
  readonly html: string
  readonly text: string
  readonly hasFiles: boolean
}

/** The notice for images that are pasted. @see OFFICE.md SH29 */
const NO_FILES = 'Images and files can’t be added to cells yet.'

const NOTHING = 'The clipboard has nothing that can be pasted into cells.'
const HTML = 'text/html'

/**
 * Reads what is about to be pasted: HTML tables, or else text.
 *
 * @throws {CannotPaste} if there is nothing to paste into cells, or too much
 */
export function* readContents({ html, text, hasFiles }: Contents): Work<PastedTable> {
  const table = html === '' ? undefined : yield* readHtmlTable(html)
  if (table !== undefined && table.rows.length > 0) return table
  if (text !== '') return yield* readingText(text)
  if (html !== '' && hasText(html)) return readHtmlText(html)
  throw new CannotPaste(hasFiles || /<img\b/i.test(html) ? NO_FILES : NOTHING)
}

/** Reads a clipboard item for the menu's paste. */
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

/**
 * Reads the clipboard with the style sheets of its HTML, if the browser gives them: they tell which
 * cells are text.
 */
async function readWhole(): Promise<ClipboardItem | undefined> {
  const clipboard: { read(formats: object): Promise<ClipboardItem[]> } = navigator.clipboard
  try {
    return (await clipboard.read({ unsanitized: [HTML] }))[0]
  } catch {
    // Browsers without this option return HTML that they have already processed.
    return undefined
  }
}
