import type { Block } from '../../../page-document/block.js'
import { writeHtml } from '../../clipboard/write-html.js'
import { drawFormulas, hasFormulas } from './math-files.js'
import { writeMarkdown } from './write-markdown.js'

const STYLE =
  'body{max-width:44em;margin:2em auto;padding:0 1em;font:16px/1.6 system-ui,sans-serif}' +
  'table{border-collapse:collapse}td,th{padding:.3em .6em;border:1px solid #ccc;vertical-align:top}' +
  'pre{padding:1em;overflow:auto;background:#f3f4f6}blockquote{margin-inline-start:0;padding-inline-start:1em;' +
  'border-inline-start:3px solid #ccc}img{max-width:100%}'

/** Returns a page as a file of HTML that needs no other file. @see OFFICE.md PE16 */
export async function pageAsHtml(
  title: string | undefined,
  name: string,
  blocks: readonly Block[],
): Promise<string> {
  const file = document.implementation.createHTMLDocument(title ?? name)
  const meta = file.createElement('meta')
  meta.setAttribute('charset', 'utf-8')
  const style = file.createElement('style')
  style.textContent = STYLE
  file.head.prepend(meta)
  file.head.append(style)
  if (title !== undefined) file.body.append(headingOf(title, file))
  file.body.append(file.importNode(writeHtml(blocks), true))
  if (hasFormulas(blocks)) await drawFormulas(file.body)
  return `<!doctype html>\n${file.documentElement.outerHTML}\n`
}

function headingOf(title: string, file: Document): HTMLElement {
  const heading = file.createElement('h1')
  heading.textContent = title
  return heading
}

/** Returns a page as a file of Markdown. */
export function pageAsMarkdown(title: string | undefined, blocks: readonly Block[]): string {
  const first: readonly Block[] =
    title === undefined
      ? []
      : [{ type: 'heading', attributes: { level: 1 }, content: [{ text: title, marks: {} }] }]
  return writeMarkdown([...first, ...blocks])
}

/** Has the browser save a file. */
export function save(name: string, type: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name.replaceAll(/[\\/:*?"<>|]/g, '-')
  link.click()
  // The browser has taken the file over by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
