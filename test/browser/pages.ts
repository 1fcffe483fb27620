import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { XmlElement, XmlText, type Doc } from 'yjs'
import { launchChromium } from '../chromium.js'
import { startServer, type RunningServer } from '../servers/standalone.js'
import { OfficeWindow } from './office-window.js'

export const ann = { name: 'Ann', color: '#e11d48' }
export const bob = { name: 'Bob', color: '#1d4ed8' }

interface OpenOptions {
  readonly baseUrl?: string
  readonly search?: string
  readonly width?: number
}

/** Pages of a server and of a browser that live as long as the tests of a file. */
export class Pages {
  #server: RunningServer | undefined
  #browser: Browser | undefined
  #rooms = 0

  constructor() {
    beforeAll(async () => {
      this.#server = await startServer()
      this.#browser = await launchChromium()
    })
    afterAll(async () => {
      await this.#browser?.close()
      await this.#server?.stop()
    })
  }

  get baseUrl(): string {
    return this.#server!.baseUrl
  }

  newRoom(): string {
    return `page-${(this.#rooms += 1)}`
  }

  /** A window that shows the page of a room. */
  async open(
    room: string,
    person: typeof ann,
    { baseUrl = this.baseUrl, search = '', width = 1_200 }: OpenOptions = {},
  ): Promise<OfficeWindow> {
    const path = `/pages/${room}${search}`
    const window = await OfficeWindow.open(this.#browser!, { baseUrl, path, person, width })
    await window.untilOpen()
    return window
  }
}

/** Puts the caret at the end of the text, or where another key leads. */
export async function goTo(window: OfficeWindow, key = 'Control+End'): Promise<void> {
  await window.text.focus()
  await window.untilStill()
  await moveCaret(window, key)
}

/** Presses a key that moves the caret or selects, and waits until the editor has heard of it. */
export async function moveCaret(window: OfficeWindow, key: string): Promise<void> {
  await press(window, key)
  await window.untilCaretIsKnown()
}

export async function type(window: OfficeWindow, text: string): Promise<void> {
  await window.text.focus()
  await window.page.keyboard.type(text)
}

export const press = (window: OfficeWindow, key: string) => window.page.keyboard.press(key)

export const reads = (window: OfficeWindow, text: string | RegExp) =>
  expect.poll(() => window.written(), { timeout: 15_000 }).toMatch(text)

type Attributes = { readonly [attribute: string]: unknown }

/** An element as any program may write it. */
export function element(
  name: string,
  attributes: Attributes = {},
  ...children: (XmlElement | XmlText)[]
): XmlElement {
  const made = new XmlElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as string)
  made.insert(0, children)
  return made
}

/** A page of a heading and many paragraphs, and then another heading. */
export function writeLongPage(doc: Doc): void {
  const blocks = Array.from({ length: 80 }, (_, at) => {
    const isHeading = at === 0 || at === 60
    const text = new XmlText(isHeading ? `Part ${at}` : `Line ${at}`)
    return isHeading ? element('heading', { level: 1 }, text) : element('paragraph', {}, text)
  })
  doc.getXmlFragment('page').insert(0, blocks)
}
