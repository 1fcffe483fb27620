/**
 * Parses text that spreadsheet programs put on the clipboard: tabs between cells, quotes as in CSV,
 * any line end. Commas separate cells only in text that is clearly CSV.
 *
 * @example readDelimited('a\t"b\nc"\r\n') // [['a', 'b\nc']]
 * @see OFFICE.md SH20, SH21
 * @see RFC 4180
 */
export function readDelimited(text: string): string[][] {
  const rows = readRecords(text, '\t')
  if (rows.some((row) => row.length > 1)) return rows
  return readCsv(text) ?? rows
}

/** Returns a table as text; cells that would be read differently get quotes. @see OFFICE.md SH26 */
export function writeDelimited(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => row.map(quote).join('\t'))
  // Readers treat the last line end as the end of the last row.
  return lines.at(-1) === '' ? `${lines.join('\n')}\n` : lines.join('\n')
}

const quote = (cell: string): string =>
  /[\t\r\n]|^"/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

function readRecords(text: string, delimiter: string): string[][] {
  const rows: string[][] = []
  let at = 0
  while (at < text.length) {
    const row: string[] = []
    for (let isMore = true; isMore;) {
      const field = readField(text, at, delimiter)
      row.push(field.value)
      isMore = text[field.end] === delimiter
      at = isMore ? field.end + 1 : field.end
    }
    rows.push(row)
    if (text[at] === '\r' && text[at + 1] === '\n') at++
    at++
  }
  return rows
}

interface Field {
  readonly value: string
  /** The position of the delimiter, the line end or the end of the text. */
  readonly end: number
}

function readField(text: string, from: number, delimiter: string): Field {
  const quoted = text[from] === '"' ? readQuoted(text, from, delimiter) : undefined
  if (quoted !== undefined) return quoted
  let end = from
  while (end < text.length && !isEnd(text[end]!, delimiter)) end++
  return { value: text.slice(from, end), end }
}

const isEnd = (character: string, delimiter: string): boolean =>
  character === delimiter || character === '\n' || character === '\r'

/**
 * Reads a field in quotes; returns `undefined` if the quote only belongs to a text such as `"a" or
 * b`.
 */
function readQuoted(text: string, from: number, delimiter: string): Field | undefined {
  let close = text.indexOf('"', from + 1)
  while (close !== -1 && text[close + 1] === '"') close = text.indexOf('"', close + 2)
  if (close === -1) return undefined
  const end = close + 1
  if (end < text.length && !isEnd(text[end]!, delimiter)) return undefined
  return { value: unquote(text.slice(from + 1, close)), end }
}

const unquote = (text: string): string =>
  text.replaceAll('""', '"').replaceAll('\r\n', '\n').replaceAll('\r', '\n')

/** Parses CSV; returns `undefined` for text that may as well be lines with commas. */
function readCsv(text: string): string[][] | undefined {
  const rows = readRecords(text, ',')
  const columns = rows[0]?.length ?? 0
  const isTable = rows.length > 1 && columns > 1 && rows.every((row) => row.length === columns)
  // In prose a space follows a comma.
  const isProse = rows.some((row) => row.some((field, at) => at > 0 && /^\s/.test(field)))
  if (!isTable || isProse) return undefined
  return hasHeader(rows) || hasQuotedField(text) ? rows : undefined
}

// Lines of numbers with decimal or thousands commas have no header.
const hasHeader = ([first]: string[][]): boolean => first!.every((name) => /^[\p{L}_]/u.test(name))

const hasQuotedField = (text: string): boolean => /(?:^|[,\r\n])"[^"]*"(?=[,\r\n]|$)/.test(text)
