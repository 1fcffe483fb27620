import { FileProblem } from './problem.js'

const BOMS: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]
/** Without a mark, in the order in which they are tried. The last one takes any bytes. */
const GUESSES: readonly string[] = ['utf-8', 'gb18030', 'windows-1252']
const SAMPLE = 4_096
// eslint-disable-next-line no-control-regex -- those that no text has
const NO_TEXT = /[\0-\x08\x0e-\x1a\x1c-\x1f]/

/**
 * Decodes a text: UTF-8 or UTF-16, with a byte order mark or without, or else GB18030.
 *
 * @throws {FileProblem} if it isn't text
 * @see SHEET.md FL5
 */
export function decodeText(bytes: Uint8Array): string {
  const marked = BOMS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))
  const sure = marked?.[0] ?? wideEncoding(bytes)
  const encodings = sure === undefined ? GUESSES : [sure]
  for (const encoding of encodings) {
    const text = tryDecode(bytes, encoding)
    if (text !== undefined && !NO_TEXT.test(text)) return text
  }
  throw new FileProblem('not-as-named', 'text')
}

function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Most letters of a text in UTF-16 have a zero in the same half. */
function wideEncoding(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, SAMPLE)
  const zeros = [0, 0]
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2]! += 1
  const [even = 0, odd = 0] = zeros
  if (Math.max(even, odd) < sample.length / 8 || Math.min(even, odd) > 0) return undefined
  return odd > even ? 'utf-16le' : 'utf-16be'
}
