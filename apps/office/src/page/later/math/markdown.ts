import { marked, type TokenizerAndRendererExtension } from 'marked'
import { LINE, MATH_LANGUAGE, mayBegin } from './formulas.js'

// As GitHub reads it: `$$` around a block.
const OPENING = /^ {0,3}\$\$/
const OPENING_BELOW = /\n {0,3}\$\$/
const CLOSING = /^\$\$[ \t]*(?:\n+|$)/
const BLANK_LINE = /\n[ \t]*\n/

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const inline: TokenizerAndRendererExtension = {
  name: 'mathInLine',
  level: 'inline',
  start(text) {
    let at = text.indexOf('$')
    while (at > 0 && !mayBegin(text.slice(Math.max(0, at - 2), at))) at = text.indexOf('$', at + 1)
    return at < 0 ? undefined : at
  },
  tokenizer(text) {
    const [raw, ...sources] = LINE.exec(text) ?? []
    const source = sources.find((each) => each !== undefined)
    return raw === undefined ? undefined : { type: 'mathInLine', raw, source }
  },
  renderer: ({ source }) => `<tex-math>${escape(String(source))}</tex-math>`,
}

const block: TokenizerAndRendererExtension = {
  name: 'mathBlock',
  level: 'block',
  // It is asked for each paragraph, with all that follows: a search of that would take minutes for a large file.
  start(text) {
    const at = paragraphOf(text).search(OPENING_BELOW)
    return at < 0 ? undefined : at + 1
  },
  tokenizer(text) {
    const [opening] = OPENING.exec(text) ?? []
    if (opening === undefined) return undefined
    const end = text.indexOf('$$', opening.length)
    const [closing] = (end > opening.length && CLOSING.exec(text.slice(end))) || []
    if (closing === undefined) return undefined
    const source = withoutSigns(text.slice(opening.length, end))
    return { type: 'mathBlock', raw: text.slice(0, end + closing.length), source }
  },
  renderer: ({ source }) =>
    `<pre><code class="language-${MATH_LANGUAGE}">${escape(String(source))}</code></pre>`,
}

function paragraphOf(text: string): string {
  const end = text.search(BLANK_LINE)
  return end < 0 ? text : text.slice(0, end)
}

/** Returns what is between the signs without the rest of their lines. */
function withoutSigns(text: string): string {
  const body = text.replace(/^[ \t]*\n?/, '')
  const end = body.lastIndexOf('\n')
  return end >= 0 && body.slice(end).trim() === '' ? body.slice(0, end) : body.trimEnd()
}

/** Has pasted text and files read with their formulas, from now on. @see OFFICE.md PE34 */
export function readMarkdownFormulas(): void {
  marked.use({ extensions: [inline, block] })
}
