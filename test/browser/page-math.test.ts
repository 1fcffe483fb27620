import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { postDocument, type OfficeWindow } from './office-window.js'
import { addBlock, ann, bob, copy, goTo, Pages, paste, press, type } from './pages.js'

const pages = new Pages()

/** Opens the page of a room with everything that is loaded after its text. */
async function open(room: string, person: typeof ann): Promise<OfficeWindow> {
  const window = await pages.open(room, person)
  await window.page.getByRole('button', { name: 'File' }).waitFor()
  return window
}

/** Opens the page of a new room in two windows. */
async function together(act: (anns: OfficeWindow, bobs: OfficeWindow) => Promise<void>) {
  const room = pages.newRoom()
  await using anns = await open(room, ann)
  await using bobs = await open(room, bob)
  await act(anns, bobs)
  expect([...anns.complaints, ...bobs.complaints]).toEqual([])
}

/** The formulas that a window shows as drawn: their sources, from what KaTeX gives to screen readers. */
const drawn = ({ text }: OfficeWindow) =>
  text
    .locator('.math-widget annotation')
    .evaluateAll((sources) => sources.map(({ textContent }) => textContent))

const source = ({ text }: OfficeWindow) => text.locator('.math-source.math-open')

describe('formulas', () => {
  atNight(
    '[PE31 PE32] are drawn for everybody as soon as they are typed, and undone into what was typed',
    async () => {
      await together(async (anns, bobs) => {
        await type(anns, 'It costs $5 or US$6, and $x^2$ is a square')
        await expect.poll(() => drawn(bobs)).toEqual(['x^2'])
        await expect.poll(() => drawn(anns)).toEqual(['x^2'])
        expect(await anns.text.locator('tex-math').isVisible()).toBe(false)
        await type(anns, '\n\n$$ \\frac{a}{b}')
        await source(anns).waitFor()
        await press(anns, 'Escape')
        await expect.poll(() => drawn(bobs)).toEqual(['x^2', '\\frac{a}{b}'])
        await anns.page.keyboard.type('and $y$')
        await expect.poll(() => drawn(bobs)).toEqual(['x^2', '\\frac{a}{b}', 'y'])
        await press(anns, 'Control+z')
        await expect.poll(() => bobs.written()).toContain('and $y$')
      })
    },
  )

  atNight('[PE32] are made of what is typed between Chinese words', async () => {
    await together(async (anns, bobs) => {
      await type(anns, '设$x^2$')
      await anns.page.keyboard.type('为正数')
      await expect.poll(() => drawn(bobs)).toEqual(['x^2'])
      await expect.poll(() => bobs.written()).toMatch(/^设[^]*为正数$/)
      await expect.poll(() => bobs.text.locator('tex-math').textContent()).toBe('x^2')
    })
  })

  atNight(
    '[PE31] are edited in place by keyboard and by mouse, and screen readers hear it',
    async () => {
      await together(async (anns, bobs) => {
        await type(anns, 'a $x$')
        await anns.page.keyboard.type('!')
        await expect.poll(() => drawn(bobs)).toEqual(['x'])
        // Left of the `!` is the formula.
        await press(anns, 'ArrowLeft')
        await source(anns).waitFor()
        await anns.page
          .getByRole('status')
          .filter({ hasText: 'Formula. Escape leaves it.' })
          .waitFor()
        await anns.page.keyboard.type('^2')
        await expect.poll(() => drawn(bobs)).toEqual(['x^2'])
        await press(anns, 'Escape')
        await source(anns).waitFor({ state: 'detached' })
        await anns.page.keyboard.type('?')
        await expect.poll(() => bobs.text.locator('tex-math').textContent()).toBe('x^2')
        await expect.poll(() => bobs.written()).toContain('?!')
        await press(anns, 'End')
        await source(anns).waitFor({ state: 'detached' })
        await anns.text.locator('.math-widget').click()
        await source(anns).waitFor()
        await anns.page.keyboard.type('+1')
        await expect.poll(() => drawn(bobs)).toEqual(['x^2+1'])
      })
    },
  )

  it('[PE31] blocks are reached with the arrow keys', async () => {
    await using window = await open(pages.newRoom(), ann)
    await type(window, '$$x^2$$')
    await press(window, 'Escape')
    await window.page.keyboard.type('below')
    await source(window).waitFor({ state: 'detached' })
    await press(window, 'ArrowUp')
    await source(window).waitFor()
    await press(window, 'End')
    await window.page.keyboard.type('+y')
    await press(window, 'Escape')
    await expect.poll(() => drawn(window)).toEqual(['x^2+y'])
  })

  atNight(
    '[PE30 PE31] two people type in one formula, and undo takes back what is their own',
    async () => {
      await together(async (anns, bobs) => {
        await type(anns, 'a $x$ b')
        await bobs.text.locator('.math-widget').click()
        await source(bobs).waitFor()
        await anns.text.locator('.math-widget').click()
        await source(anns).waitFor()
        await press(anns, 'ArrowLeft')
        await anns.page.keyboard.type('a')
        // Once more to the left is before the formula.
        await press(anns, 'ArrowLeft')
        await press(anns, 'ArrowLeft')
        await anns.page.keyboard.type('c')
        await bobs.page.keyboard.type('b')
        await expect.poll(() => drawn(anns)).toEqual(['axb'])
        await expect.poll(() => drawn(bobs)).toEqual(['axb'])
        await expect.poll(() => bobs.written()).toMatch(/^a c/)
        await press(bobs, 'Control+z')
        await expect.poll(() => drawn(anns)).toEqual(['ax'])
      })
    },
  )

  it('[PE13 PE31] show their source while a text in it is the current match', async () => {
    await using window = await open(pages.newRoom(), ann)
    await type(window, 'a $\\frac{1}{2}$')
    await window.page.keyboard.type(' b')
    await source(window).waitFor({ state: 'detached' })
    await press(window, 'Control+f')
    await window.page.keyboard.type('frac')
    const shown = async () => (await source(window).allTextContents()).join('')
    await expect.poll(shown).toBe(String.raw`\frac{1}{2}`)
  })

  it('[PE6 PE32] are in the menu of blocks', async () => {
    await using window = await open(pages.newRoom(), ann)
    await type(window, '/latex')
    await window.page.getByRole('option', { name: 'Formula', exact: true }).waitFor()
    await press(window, 'Enter')
    await window.page.keyboard.type('a+b')
    await press(window, 'Escape')
    await window.page.keyboard.type('/gongshi')
    await window.page.getByRole('option', { name: 'Formula in the line' }).click()
    await window.page.keyboard.type('y')
    await press(window, 'Escape')
    await expect.poll(() => drawn(window)).toEqual(['a+b', 'y'])
    expect(window.complaints).toEqual([])
  })

  it('[PE33] show their source and the reason if they are wrong, too long, or define macros', async () => {
    const room = pages.newRoom()
    const sources = [
      String.raw`\frac{`,
      String.raw`\def\a{\a\a}\a`,
      'x'.repeat(2_001),
      '{'.repeat(900) + '}'.repeat(900),
      String.raw`\kern-500em x\rule{900em}{900em}`,
      String.raw`\href{javascript:alert(1)}{x}\includegraphics{https://example.com/x.png}`,
    ]
    await postDocument(pages.baseUrl, room, (doc) => {
      for (const each of sources) addBlock(doc, each, {}, { math: true })
      addBlock(doc, 'end')
    })
    await using window = await open(room, ann)
    const reasons = () =>
      window.text.locator('.math-reason').evaluateAll((all) => all.map((each) => each.textContent))
    await expect
      .poll(reasons)
      .toContainEqual(expect.stringMatching(/because of character \d.*expected/))
    await window.text.getByText('end', { exact: true }).scrollIntoViewIfNeeded()
    await expect.poll(reasons).toContain(String.raw`Formulas can’t define macros: \def`)
    await expect.poll(reasons).toContain('A formula has at most 2,000 characters.')
    const beyond = await window.text.evaluate((text) => {
      const paper = text.getBoundingClientRect()
      return (
        document.elementFromPoint(paper.left + 20, paper.top - 5)?.closest('.math-widget') ?? null
      )
    })
    expect(beyond).toBeNull()
    expect(await window.text.locator('.math-widget :is(a, img)').count()).toBe(0)
    expect(window.complaints).toEqual([])
  })

  it('[PE31] are drawn on paper, also those that were not in the window, for a reader as well', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, (doc) => {
      addBlock(doc, 'x', {}, { math: true })
      for (let at = 0; at < 80; at += 1) addBlock(doc, `Line ${at}`)
      addBlock(doc, String.raw`\sqrt{2}`, { type: 'code', language: 'math' })
    })
    await using window = await open(room, ann)
    await expect.poll(() => drawn(window)).toEqual(['x'])
    await window.page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    await expect.poll(() => drawn(window)).toEqual(['x', String.raw`\sqrt{2}`])
  })
})

async function choose(window: OfficeWindow, item: string) {
  const coming = window.page.waitForEvent('download')
  await window.page.getByRole('button', { name: 'File' }).click()
  await window.page.getByRole('menuitem', { name: item }).click()
  const path = await (await coming).path()
  return readFile(path)
}

async function insert(window: OfficeWindow, name: string, content: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'page-math-'))
  await writeFile(join(folder, name), content)
  await window.page.locator('#insert-file').setInputFiles(join(folder, name))
  return { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

describe('formulas in files', () => {
  it.each([
    ['Save as Markdown', 'page.md', '$\\frac{a}{b}$'],
    ['Save as HTML', 'page.html', '<mfrac>'],
    ['Save as Word', 'page.docx', ''],
  ])('[PE34] %s and read again are the same', async (item, name, has) => {
    await using window = await open(pages.newRoom(), ann)
    await type(window, 'a $\\frac{a}{b}$')
    await window.page.keyboard.type(' b\n\n$$ x<y')
    await press(window, 'Escape')
    await window.page.keyboard.type('end')
    await expect.poll(() => drawn(window)).toEqual(['\\frac{a}{b}', 'x<y'])
    const file = await choose(window, item)
    expect(file.toString()).toContain(has)
    if (name.endsWith('docx')) {
      await expect.poll(() => window.notice.textContent()).toContain('as LaTeX')
    }
    await using again = await open(pages.newRoom(), bob)
    await goTo(again)
    await using _file = await insert(again, name, file)
    await expect.poll(() => drawn(again)).toEqual(['\\frac{a}{b}', 'x<y'])
  })

  atNight('[PE34] are copied and pasted as formulas, and as Markdown', async () => {
    await together(async (anns, bobs) => {
      await type(anns, 'a $x^2$')
      await expect.poll(() => drawn(anns)).toEqual(['x^2'])
      await press(anns, 'Control+a')
      const copied = await copy(anns)
      await goTo(bobs)
      await press(bobs, 'Enter')
      await paste(bobs, copied)
      await expect.poll(() => drawn(anns)).toEqual(['x^2', 'x^2'])
      await press(bobs, 'Enter')
      await paste(bobs, { text: '**so** US$5 or US$6, $y$ and\n\n$$\nz\n$$' })
      await expect.poll(() => drawn(anns)).toEqual(['x^2', 'x^2', 'y', 'z'])
    })
  })
})
