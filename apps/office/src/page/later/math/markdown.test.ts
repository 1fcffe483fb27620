import { marked } from 'marked'
import { describe, expect, it } from 'vitest'
import { mayBegin } from './formulas.js'
import { readMarkdownFormulas } from './markdown.js'

readMarkdownFormulas()
const read = (text: string) => marked.parse(text, { async: false })
const asBlock = (source: string) => `<pre><code class="language-math">${source}</code></pre>`

describe('formulas in Markdown', () => {
  it.each([
    ['$$x$$', 'x'],
    ['$$ x $$', 'x'],
    ['$$\nx\n$$', 'x'],
    ['$$\n  x\n\n  y\n  $$  \n', '  x\n\n  y'],
    ['$$ x\ny $$', 'x\ny'],
    ['$$$x$$', '$x'],
  ])('[PE34] %j is a block of %j', (text, source) => {
    expect(read(text)).toBe(asBlock(source))
  })

  it('[PE34] a block ends the paragraph before it, and one that isn’t closed is text', () => {
    expect(read('a\n$$x$$\n\nb')).toBe(`<p>a</p>\n${asBlock('x')}<p>b</p>\n`)
    expect(read('$$x')).toBe('<p>$$x</p>\n')
    expect(read('x $$y$$ z')).toBe('<p>x <tex-math>y</tex-math> z</p>\n')
    expect(read('$$x$$ y')).toBe('<p><tex-math>x</tex-math> y</p>\n')
  })

  it('[PE32 PE34] a `$` behind a Chinese word begins one, but not in a price', () => {
    expect(read('设$x$为正数')).toBe('<p>设<tex-math>x</tex-math>为正数</p>\n')
    expect(read('It is US$5 or US$6')).toBe('<p>It is US$5 or US$6</p>\n')
    const begins = (before: string) => mayBegin(before)
    expect(['', 'a ', '(', '设', 'です', '，'].filter(begins)).toHaveLength(6)
    expect(['US', '5', '\\', '$', 'ж'].filter(begins)).toEqual([])
  })

  it('[PE34] megabytes without formulas, and signs that aren’t closed, take no time', () => {
    expect(read('a paragraph\n\n'.repeat(30_000))).toHaveLength(30_000 * 19)
    expect(read(`$$${' '.repeat(4_000)}x`)).toContain('x')
  })
})
