import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RoomProvider } from '@whereabouts/client/yjs'
import type { Browser, Locator, Page } from 'playwright-core'
import { build, preview, type PreviewServer } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.js'
import { Application } from '../client/application.js'
import { size } from '../size.js'
import { Line } from './line.js'

const root = fileURLToPath(new URL('../../examples/bindings/', import.meta.url))
const configFile = join(root, 'vite.config.ts')

const ANN = { name: 'Ann', color: '#e11d48' }
const BOB = { name: 'Bob', color: '#2563eb' }

/** How a person uses an editor, and what the editor shows. */
interface Editor {
  /** What takes the keyboard. */
  readonly focus: string
  /** Writes a word; without it, by typing it at the beginning or the end. */
  readonly write?: (page: Page, word: string) => Promise<void>
  /** Returns what is shown, without carets and spaces. */
  readonly shown?: (page: Page) => Promise<string>
  /** Another's caret; without it, what has their name. */
  readonly caret?: (page: Page) => Locator
}

const EDITABLE = { focus: '[contenteditable=true]' }

const EDITORS: { readonly [name: string]: Editor } = {
  blocknote: { focus: '.bn-editor' },
  codemirror: EDITABLE,
  excalidraw: {
    focus: '.excalidraw canvas.interactive',
    write: drawText,
    shown: drawnTexts,
    caret: (page) => page.locator('.UserList .Avatar, .UserList__collaborator'),
  },
  lexical: EDITABLE,
  milkdown: EDITABLE,
  monaco: {
    focus: '.monaco-editor .native-edit-context',
    shown: (page) => textIn(page, '.monaco-editor .view-lines'),
    caret: (page) => page.locator('.yRemoteSelectionHead'),
  },
  prosemirror: EDITABLE,
  quill: EDITABLE,
  slate: EDITABLE,
  tiptap: EDITABLE,
}

/** They use what differs: a text, a provider that the editor connects, and positions of a pointer. */
const IN_GATE = ['codemirror', 'excalidraw', 'lexical']

const CARETS =
  '.cm-ySelectionCaret, .ProseMirror-yjs-cursor, .collaboration-carets__caret, .bn-collaboration-cursor__base, .ql-cursors'

let folder: string
let pages: PreviewServer
let browser: Browser
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whereabouts-bindings-'))
  const outDir = { outDir: folder, emptyOutDir: true }
  await build({ root, configFile, logLevel: 'error', build: outDir })
  const port = { port: 0, host: '127.0.0.1' }
  pages = await preview({ root, configFile, logLevel: 'error', build: outDir, preview: port })
  browser = await launchChromium()
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await pages?.close()
  await rm(folder, { recursive: true })
})

/** One person's window. */
class Window implements AsyncDisposable {
  /** Unexpected errors. */
  readonly errors: string[] = []

  private constructor(
    private readonly editor: Editor,
    private readonly user: typeof ANN,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.errors.push(error.stack ?? String(error)))
  }

  static async open(name: string, user: typeof ANN, server: string): Promise<Window> {
    const context = await browser.newContext()
    // Nothing of a page comes from elsewhere.
    await context.route(/^https?:\/\/(?!127\.0\.0\.1)/, (route) => route.abort())
    const window = new Window(EDITORS[name]!, user, await context.newPage())
    const parameters = new URLSearchParams({ editor: name, server, ...user })
    await window.page.goto(`${pages.resolvedUrls!.local[0]!}?${parameters}`)
    await window.untilOpen()
    return window
  }

  async untilOpen(): Promise<void> {
    await this.page.locator(this.editor.focus).first().waitFor({ state: 'attached' })
    await this.untilSaved()
  }

  untilSaved(): Promise<unknown> {
    return this.page.waitForFunction(() => {
      const { provider } = globalThis as unknown as { provider: RoomProvider }
      return provider.synced && provider.saved
    })
  }

  /** Ann writes at the beginning, and Bob at the end. */
  async write(word: string): Promise<void> {
    await this.page.bringToFront()
    if (this.editor.write !== undefined) return this.editor.write(this.page, word)
    await this.page.locator(this.editor.focus).first().focus()
    await this.page.keyboard.press(this.user === ANN ? 'Control+Home' : 'Control+End')
    await this.page.keyboard.type(word)
  }

  /** Undoes more than this person has done. */
  async undoAll(): Promise<void> {
    await this.page.bringToFront()
    for (let count = 0; count < 12; count++) await this.page.keyboard.press('Control+z')
  }

  shown(): Promise<string> {
    return (this.editor.shown ?? ((page: Page) => textIn(page, this.editor.focus)))(this.page)
  }

  async shows(...words: readonly string[]): Promise<void> {
    const seen = async () => (await this.shown()).match(/[a-z]+\d/g)?.toSorted()
    await expect.poll(seen, { message: `${this.user.name}’s window` }).toEqual(words.toSorted())
  }

  async showsCaretOf(name: string): Promise<void> {
    const caret = this.editor.caret?.(this.page) ?? this.page.getByText(name, { exact: true })
    await caret.first().waitFor({ state: 'attached' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close()
  }
}

function textIn(page: Page, selector: string): Promise<string> {
  return page.evaluate(
    ([editable, carets]) => {
      const copy = document.querySelector(editable)!.cloneNode(true) as HTMLElement
      for (const caret of copy.querySelectorAll(carets)) caret.remove()
      return copy.textContent.replaceAll(/[\s\u2060\u200B\uFEFF]/g, '')
    },
    [selector, CARETS] as const,
  )
}

/** Draws a text in its own place: Ann's on the left, Bob's on the right. */
async function drawText(page: Page, word: string): Promise<void> {
  const canvas = page.locator('.excalidraw canvas.interactive')
  const place = { x: word.startsWith('ann') ? 300 : 600, y: 100 + 50 * Number(word.at(-1)) }
  // The board listens to the keyboard once it was clicked.
  await canvas.click({ position: { x: 900, y: 350 } })
  await page.keyboard.press('t')
  await canvas.click({ position: place })
  await page.keyboard.type(word)
  await page.keyboard.press('Escape')
}

function drawnTexts(page: Page): Promise<string> {
  return page.evaluate(() => {
    interface Board {
      getSceneElements(): { readonly text?: string }[]
    }
    const { board } = globalThis as unknown as { board: Board }
    return board
      .getSceneElements()
      .map(({ text }) => text ?? '')
      .join(' ')
  })
}

describe('editors in two windows', { timeout: 120_000 }, () => {
  it.each(size(IN_GATE, Object.keys(EDITORS)))(
    '[YJ5] %s is live, shows carets, undoes one’s own, merges what was written offline, and is reloaded',
    async (name) => {
      await using server = await Application.listen()
      await using line = await Line.to(server.url)
      // Who comes first makes the first paragraph, which is theirs to undo.
      await using bob = await Window.open(name, BOB, line.baseUrl)
      await bob.write('bob1')
      await using ann = await Window.open(name, ANN, server.url)
      await ann.shows('bob1')

      await ann.write('ann1')
      await bob.shows('ann1', 'bob1')
      await bob.write('bob2')
      await ann.shows('ann1', 'bob1', 'bob2')
      await ann.showsCaretOf('Bob')

      await ann.undoAll()
      await ann.shows('bob1', 'bob2')
      await bob.shows('bob1', 'bob2')

      line.cut()
      await bob.write('bob3')
      await ann.write('ann2')
      await bob.shows('bob1', 'bob2', 'bob3')
      await ann.shows('ann2', 'bob1', 'bob2')
      line.mend()
      await ann.shows('ann2', 'bob1', 'bob2', 'bob3')
      await bob.shows('ann2', 'bob1', 'bob2', 'bob3')
      await expect.poll(() => bob.shown()).toBe(await ann.shown())
      await bob.untilSaved()

      await bob.page.reload()
      await bob.untilOpen()
      await bob.shows('ann2', 'bob1', 'bob2', 'bob3')
      await ann.write('ann3')
      await bob.shows('ann2', 'ann3', 'bob1', 'bob2', 'bob3')
      expect([...ann.errors, ...bob.errors]).toEqual([])
    },
  )
})
