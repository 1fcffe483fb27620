import { marked, type TokenizerAndRendererExtension } from 'marked'
import { MATH_LANGUAGE } from './formulas.js'

// As GitHub reads it: `$x$` and `$`x`$` in a line, and `$$` around a block.
const LINE =
  /^(?:\$`([^`\n]+)`\$|\$\$([^$\n]+)\$\$|\$(?![\s$])((?:\\[^\n]|[^\\$\n])*?[^\s\\$]|\\.)\$(?!\d))/
const BLOCK = /^ {0,3}\$\$[ \t]*\n?((?:(?!\$\$)[^])+?)\n?[ \t]*\$\$[ \t]*(?:\n+|$)/

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const inline: TokenizerAndRendererExtension = {
  name: 'mathInLine',
  level: 'inline',
  // `US$5` is a price.
  start: (text) => /(?<![\p{L}\p{N}\\])\$/u.exec(text)?.index,
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
  start: (text) => /^ {0,3}\$\$/m.exec(text)?.index,
  tokenizer(text) {
    const [raw, source] = BLOCK.exec(text) ?? []
    return raw === undefined ? undefined : { type: 'mathBlock', raw, source }
  },
  renderer: ({ source }) =>
    `<pre><code class="language-${MATH_LANGUAGE}">${escape(String(source))}</code></pre>`,
}

/** Has pasted text and files read with their formulas, from now on. @see OFFICE.md PE34 */
export function readMarkdownFormulas(): void {
  marked.use({ extensions: [inline, block] })
}
