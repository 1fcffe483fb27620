import type { Browser, BrowserContext } from 'playwright-core'
import { expect } from 'vitest'
import { Map as YMap, type Doc } from 'yjs'
import { Office, type ann } from './office.js'
import { OfficeWindow } from './office-window.js'

export { ann, bob } from './office.js'

interface OpenOptions {
  readonly baseUrl?: string
  readonly browser?: Browser
  readonly context?: BrowserContext
  readonly width?: number
}

/** Pages on a server and in a browser that are shared by the tests of one file. */
export class Pages extends Office {
  /** Opens the page of a room and waits for it. */
  async open(room: string, person: typeof ann, options?: OpenOptions): Promise<OfficeWindow> {
    const window = await this.visit(room, person, options)
    await window.untilOpen()
    return window
  }

  /** Opens the page of a room, even if it shows only a notice. */
  visit(
    room: string,
    person: typeof ann,
    { baseUrl = this.baseUrl, browser = this.browser, context, width = 1_200 }: OpenOptions = {},
  ): Promise<OfficeWindow> {
    const path = `/pages/${room}`
    return OfficeWindow.open(browser, { baseUrl, path, person, width, context })
  }
}

/** Puts the caret at the end of the text, or presses another key. */
export async function goTo(window: OfficeWindow, key = 'Control+End'): Promise<void> {
  await window.text.focus()
  await window.untilStill()
  await press(window, key)
}

export async function type(window: OfficeWindow, text: string): Promise<void> {
  await window.text.focus()
  await window.page.keyboard.type(text)
}

/** Resolves when the text has the focus, and keys are its own. */
export const untilInText = ({ text }: OfficeWindow) =>
  expect.poll(() => text.evaluate((element) => element === document.activeElement)).toBe(true)

export const press = (window: OfficeWindow, key: string) => window.page.keyboard.press(key)

export const reads = (window: OfficeWindow, text: string | RegExp) =>
  expect.poll(() => window.written()).toMatch(text)

type Fields = { readonly [name: string]: unknown }

/** Adds a block directly to the document of a page. @see PAGE.md PF2 */
export function addBlock(doc: Doc, text: string, fields: Fields = {}, marks: object = {}): void {
  const page = doc.getText('text')
  if (text !== '') page.insert(page.length, text, marks)
  page.insertEmbed(page.length, new YMap(Object.entries(fields)), {})
  doc.getMap('about').set('format', 2)
}

/** Writes a page with a heading, many paragraphs, and another heading. */
export function writeLongPage(doc: Doc): void {
  for (let at = 0; at < 80; at += 1) {
    const isHeading = at === 0 || at === 60
    if (isHeading) addBlock(doc, `Part ${at}`, { type: 'heading', level: 1 })
    else addBlock(doc, `Line ${at}`)
  }
}

/** Clipboard contents by type. */
export interface Pasted {
  readonly html?: string
  readonly text?: string
}

/** Pastes clipboard contents of another program. */
export const paste = (window: OfficeWindow, { html, text = '' }: Pasted) =>
  window.text.evaluate(
    (element, data) => {
      const clipboardData = new DataTransfer()
      for (const [type, content] of Object.entries(data)) clipboardData.setData(type, content)
      element.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      )
    },
    { ...(html === undefined ? {} : { 'text/html': html }), 'text/plain': text },
  )

/** One red pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='

/** Pastes a file that starts like an image of one pixel. */
export const pasteFile = (
  window: OfficeWindow,
  file: { readonly type: string; readonly bytes: number; readonly name: string },
) =>
  window.text.evaluate(
    (text, { type, bytes, name, png }) => {
      const start = Uint8Array.from(atob(png), (character) => character.charCodeAt(0))
      const content = new Uint8Array(Math.max(bytes, start.length))
      content.set(start)
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File([content], name, { type }))
      text.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      )
    },
    { ...file, png: PNG },
  )

/** Returns what a window would copy of its selection. */
export const copy = (window: OfficeWindow) =>
  window.text.evaluate((element) => {
    const clipboardData = new DataTransfer()
    element.dispatchEvent(
      new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true }),
    )
    return { html: clipboardData.getData('text/html'), text: clipboardData.getData('text/plain') }
  })

/**
 * The blocks of a page, a line each: `# Title`, `- item`, `  1. deeper`, `[x] done`, `> quoted`, with
 * marks as Markdown has them.
 */
export const outline = (window: OfficeWindow): Promise<readonly string[]> =>
  window.text.evaluate((text) => {
    const inline = (node: Node): string => {
      if (node.nodeType === Node.TEXT_NODE) return node.textContent ?? ''
      const element = node as HTMLElement
      if (element.matches('.caret, .ProseMirror-trailingBreak, .ProseMirror-separator, input'))
        return ''
      const within = [...element.childNodes].map(inline).join('')
      const around: { readonly [tag: string]: string } = {
        strong: '**',
        em: '_',
        s: '~~',
        u: '__',
        code: '`',
      }
      const tag = element.localName
      if (tag === 'br') return '\n'
      if (tag === 'a') return `[${within}](${element.getAttribute('href')})`
      const mark = element.closest('pre') === null ? (around[tag] ?? '') : ''
      return mark + within + mark
    }
    const before = (block: HTMLElement): string => {
      const { kind, indent = '0', checked, number } = block.dataset
      const space = '  '.repeat(Number(indent))
      const heading = /^h([1-6])$/.exec(block.localName)?.[1]
      if (heading !== undefined) return `${'#'.repeat(Number(heading))} `
      if (kind === 'bullet') return `${space}- `
      if (kind === 'number') return `${space}${number} `
      if (kind === 'task') return `${space}[${checked === 'true' ? 'x' : ' '}] `
      return space + ({ blockquote: '> ', pre: '``` ' }[block.localName] ?? '')
    }
    const line = (block: HTMLElement): string => {
      if (block.localName === 'hr') return '---'
      if (block.localName === 'img') return `![${block.getAttribute('alt')}]`
      const table = block.matches('table') ? block : block.querySelector(':scope > table')
      if (table === null) return before(block) + inline(block)
      const rows = [...(table as HTMLTableElement).rows].map((row) =>
        [...row.cells].map((cell) => (cell.localName === 'th' ? '!' : '') + lines(cell).join('/')),
      )
      return rows.map((row) => `|${row.join('|')}|`).join(' ')
    }
    const lines = (parent: HTMLElement): string[] =>
      ([...parent.children] as HTMLElement[])
        .filter((child) => !child.matches('.caret, .ProseMirror-gapcursor'))
        .map(line)
    const all = lines(text as HTMLElement)
    // Skips the empty paragraph after a block without text.
    if (all.at(-1) === '' && /^(?:\||---|!\[)/.test(all.at(-2) ?? '')) all.pop()
    return all
  })
