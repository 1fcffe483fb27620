import { describe, expect, it } from 'vitest'
import { joinRoom, type Json } from '@whereabouts/client'
import { createRelativePositionFromTypeIndex, XmlElement, XmlText } from 'yjs'
import { atNight } from '../at-night.js'
import { Line } from './line.js'
import { fetchDocument, postDocument, type OfficeWindow } from './office-window.js'
import {
  addBlock,
  ann,
  bob,
  goTo,
  outline,
  Pages,
  pasteFile,
  PNG,
  press,
  reads,
  type,
} from './pages.js'

const pages = new Pages()

/** Opens a page with some paragraphs in two windows, each with a connection that can be cut. */
async function together(
  paragraphs: readonly string[],
  act: (anns: OfficeWindow, bobs: OfficeWindow, lines: readonly [Line, Line]) => Promise<void>,
): Promise<void> {
  const room = pages.newRoom()
  await postDocument(pages.baseUrl, room, (doc) => {
    for (const text of paragraphs) addBlock(doc, text)
  })
  await using annsLine = await Line.to(pages.baseUrl)
  await using bobsLine = await Line.to(pages.baseUrl)
  await using anns = await pages.open(room, ann, annsLine)
  await using bobs = await pages.open(room, bob, bobsLine)
  for (const window of [anns, bobs]) await reads(window, paragraphs.join('\n'))
  await act(anns, bobs, [annsLine, bobsLine])
  // The browser reports a cut connection, which is not a fault of the page.
  const isOfLine = (text: string) => text.includes('net::ERR') || text.includes('Failed to load')
  expect([...anns.complaints, ...bobs.complaints].filter((text) => !isOfLine(text))).toEqual([])
}

/** Lets both edit while disconnected, and waits until both show the same. */
async function apart(
  [anns, bobs]: readonly [OfficeWindow, OfficeWindow],
  lines: readonly Line[],
  acts: () => Promise<void>,
): Promise<readonly string[]> {
  for (const line of lines) line.cut()
  for (const { status } of [anns, bobs]) {
    await expect.poll(() => status.textContent()).toBe('Reconnecting…')
  }
  await acts()
  for (const line of lines) line.mend()
  for (const { status } of [anns, bobs]) {
    await expect.poll(() => status.textContent(), { timeout: 30_000 }).toBe('Live')
  }
  await Promise.all([anns.untilSaved(), bobs.untilSaved()])
  await expect
    .poll(async () => (await outline(anns)).join() === (await outline(bobs)).join())
    .toBe(true)
  return outline(anns)
}

async function goAfter(window: OfficeWindow, text: string): Promise<void> {
  // A substring match, as the text may include the names on carets.
  await window.text.locator('> *', { hasText: text }).first().click()
  await press(window, 'End')
}

describe('two people on one page at the same time', () => {
  it('[PF4 PG6] text typed into a block stays while the other restyles, indents, joins or splits it', async () => {
    await together(['first', 'one', 'two', 'three', 'four', 'five'], async (anns, bobs, lines) => {
      const after = await apart([anns, bobs], lines, async () => {
        for (const word of ['one', 'two', 'three', 'four', 'five']) {
          await goAfter(anns, word)
          await anns.page.keyboard.type(`, more of ${word}`)
        }
        const keys = {
          one: 'Control+Alt+4',
          two: 'Control+Shift+8',
          three: 'Control+Shift+b',
          four: 'Tab',
        }
        for (const [word, key] of Object.entries(keys)) {
          await goAfter(bobs, word)
          await press(bobs, key)
        }
        await goAfter(bobs, 'five')
        await press(bobs, 'Enter')
        await bobs.page.keyboard.type('six')
      })
      expect(after).toEqual([
        'first',
        '#### one, more of one',
        '- two, more of two',
        '> three, more of three',
        '  four, more of four',
        'five, more of five',
        'six',
      ])
      await goAfter(bobs, 'two, more of two')
      await apart([anns, bobs], lines, async () => {
        await goAfter(anns, 'two, more of two')
        await anns.page.keyboard.type('!')
        await press(bobs, 'Home')
        await press(bobs, 'Backspace')
        await press(bobs, 'Backspace')
      })
      await reads(bobs, /one, more of onetwo, more of two!/)
    })
  })

  it('[PF4] both split one paragraph without duplicating anything', async () => {
    await together(['hello world'], async (anns, bobs, lines) => {
      const after = await apart([anns, bobs], lines, async () => {
        for (const window of [anns, bobs]) {
          await goTo(window, 'Control+Home')
          for (let at = 0; at < 5; at += 1) await press(window, 'ArrowRight')
          await press(window, 'Enter')
        }
      })
      expect(after).toEqual(['hello', '', ' world'])
    })
  })

  atNight('[PF8] rows and columns added at the same time form a rectangle', async () => {
    await together(['text'], async (anns, bobs, lines) => {
      await goTo(anns)
      await anns.tool('Table').click()
      await bobs.text.getByRole('table').waitFor()
      const after = await apart([anns, bobs], lines, async () => {
        await anns.text.locator('td').first().click()
        await bobs.text.locator('td').last().click()
        for (let at = 0; at < 3; at += 1) {
          await anns.tool('Column right').click()
          await bobs.tool('Row below').click()
        }
      })
      const row = (cell: string) => `|${Array.from({ length: 6 }, () => cell).join('|')}|`
      expect(after[1]).toBe([row('!'), ...Array.from({ length: 5 }, () => row(''))].join(' '))
    })
  })

  atNight('[PF9 PF22] a deleted row or table comes back if the other typed in it', async () => {
    await together(['text'], async (anns, bobs, lines) => {
      await goTo(anns)
      await anns.tool('Table').click()
      await anns.page.keyboard.type('head')
      await bobs.text.getByText('head').waitFor()
      const cell = (window: OfficeWindow, at: number) => window.text.locator('td').nth(at).click()
      const row = await apart([anns, bobs], lines, async () => {
        await cell(anns, 0)
        await anns.page.keyboard.type('kept')
        await cell(bobs, 0)
        await bobs.tool('Delete row').click()
      })
      expect(row[1]).toBe('|!head|!|!| |kept||| ||||')
      const table = await apart([anns, bobs], lines, async () => {
        await cell(anns, 3)
        await anns.page.keyboard.type('also kept')
        await cell(bobs, 0)
        await bobs.tool('Delete table').click()
      })
      expect(table.join('\n')).toContain('also kept')
      expect(table.join('\n')).not.toContain('head')
    })
  })

  it('[PG13] undoing a style keeps the other’s text and paragraphs', async () => {
    await together(['text'], async (anns, bobs) => {
      await goTo(anns)
      await anns.tool('Quote').click()
      await bobs.text.locator('blockquote').waitFor()
      await goTo(bobs)
      await bobs.page.keyboard.type(' of Bob\nmore')
      await reads(anns, /^text of Bob\nmore$/)
      await press(anns, 'Control+z')
      await expect.poll(() => outline(bobs)).toEqual(['text of Bob', '> more'])
    })
  })

  atNight(
    '[PG22] the caret moves with its text, and the other’s caret between blocks moves nothing',
    async () => {
      await together(['one two', 'end'], async (anns, bobs) => {
        await goAfter(anns, 'one two')
        await goTo(bobs, 'Control+Home')
        for (let at = 0; at < 3; at += 1) await press(bobs, 'ArrowRight')
        await press(bobs, 'Enter')
        await reads(anns, /^one\n two\nend$/)
        await anns.page.keyboard.type('!')
        await reads(bobs, /^one\n two!\nend$/)

        const top = async () => (await anns.text.getByText('end').boundingBox())!.y
        await goTo(bobs, 'Control+Home')
        await bobs.tool('Horizontal line').click()
        await anns.text.locator('hr').waitFor()
        await anns.untilStill()
        const before = await top()
        await bobs.text.locator('hr').click()
        await anns.text.locator('hr.selected-by').waitFor()
        expect(await top()).toBe(before)
      })
    },
  )

  atNight('[PG22] a composition continues while the other writes', async () => {
    await together(['one', 'two'], async (anns, bobs) => {
      const keyboard = await anns.page.context().newCDPSession(anns.page)
      const compose = (text: string) =>
        keyboard.send('Input.imeSetComposition', {
          text,
          selectionStart: text.length,
          selectionEnd: text.length,
        })
      await goAfter(anns, 'one')
      await compose('に')
      await reads(bobs, /^oneに\ntwo$/)
      await goTo(bobs)
      await bobs.page.keyboard.type('!')
      await reads(anns, /two!$/)
      await compose('にほ')
      await keyboard.send('Input.insertText', { text: '日本' })
      for (const window of [anns, bobs]) await reads(window, /^one日本\ntwo!$/)
    })
  })

  it('[PG47] a composition leaves no letters behind if the other splits the paragraph', async () => {
    await together(['alpha gamma delta', 'end'], async (anns, bobs) => {
      const keyboard = await anns.page.context().newCDPSession(anns.page)
      const compose = (text: string) =>
        keyboard.send('Input.imeSetComposition', {
          text,
          selectionStart: text.length,
          selectionEnd: text.length,
        })
      await goAfter(anns, 'alpha')
      for (let at = 0; at < ' delta'.length; at++) await press(anns, 'ArrowLeft')
      await goTo(bobs, 'Control+Home')
      for (let at = 0; at < 'alpha'.length; at++) await press(bobs, 'ArrowRight')
      await compose('z')
      await compose('zho')
      await reads(bobs, /^alpha gammazho delta\nend$/)
      await press(bobs, 'Enter')
      await reads(anns, /^alpha\n gamma delta\nend$/)
      await compose('zhong')
      await reads(bobs, /^alpha\n gammazhong delta\nend$/)
      await keyboard.send('Input.insertText', { text: '中国' })
      for (const window of [anns, bobs]) await reads(window, /^alpha\n gamma中国 delta\nend$/)
    })
  })

  it('[PG48] the name on a caret fades, and reappears when its member acts', async () => {
    await together(['above', 'text'], async (anns, bobs) => {
      const opacity = () =>
        anns.text.locator('.caret-name').evaluate((name) => getComputedStyle(name).opacity)
      await goAfter(bobs, 'text')
      await expect.poll(opacity).toBe('1')
      await expect.poll(opacity).toBe('0')
      await press(bobs, 'ArrowLeft')
      await expect.poll(opacity).toBe('1')
    })
  })

  atNight(
    '[PG46] text typed where the other deletes the table or paragraph becomes a new paragraph',
    async () => {
      await together(['before', 'after', 'last'], async (anns, bobs) => {
        await goAfter(bobs, 'before')
        await bobs.tool('Table').click()
        await type(bobs, 'cell')
        await reads(anns, /cell/)
        await goAfter(anns, 'cell')
        await anns.page.keyboard.type(' one')
        await reads(bobs, /cell one/)
        await bobs.tool('Delete table').click()
        await anns.text.getByRole('table').waitFor({ state: 'detached' })
        await anns.page.keyboard.type('two')
        for (const window of [anns, bobs]) {
          await expect.poll(() => outline(window)).toEqual(['before', 'two', 'after', 'last'])
        }
        await goAfter(bobs, 'two')
        await press(bobs, 'Home')
        await press(bobs, 'Shift+ArrowDown')
        await press(bobs, 'Delete')
        await expect.poll(() => outline(anns)).toEqual(['before', 'after', 'last'])
        await anns.page.keyboard.type('three')
        for (const window of [anns, bobs]) {
          await expect.poll(() => outline(window)).toEqual(['before', 'three', 'after', 'last'])
        }
      })
    },
  )

  atNight('[PG23 PG45] text typed after an image at the end is next to it', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, (doc) => {
      addBlock(doc, 'text')
      addBlock(doc, '', {
        type: 'image',
        src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=',
        alt: 'red',
      })
    })
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await goTo(anns)
    await anns.page.keyboard.type('below')
    await expect.poll(() => outline(bobs)).toEqual(['text', '![red]', 'below'])
    await bobs.text.locator('img[alt=red]').click()
    await bobs.text.locator('img.ProseMirror-selectednode').waitFor()
    await bobs.page.keyboard.type('between')
    await expect.poll(() => outline(anns)).toEqual(['text', '![red]', 'between', 'below'])
    await press(bobs, 'Home')
    await press(bobs, 'Backspace')
    await bobs.text.locator('img.ProseMirror-selectednode').waitFor()
    await press(bobs, 'Delete')
    await expect.poll(() => outline(anns)).toEqual(['text', 'between', 'below'])
  })
})

describe('blocks without text, in two windows', () => {
  const image = { type: 'image', src: `data:image/png;base64,${PNG}`, alt: 'red' }

  it('[PG23] an image pasted at the end stays, whatever is typed next', async () => {
    await together(['text'], async (anns, bobs) => {
      await goTo(anns)
      await pasteFile(anns, { type: 'image/png', bytes: 0, name: 'red' })
      await bobs.text.locator('img[alt=red]').waitFor()
      await anns.page.keyboard.type('next')
      await expect.poll(() => outline(bobs)).toEqual(['text', '![red]', 'next'])
      await expect.poll(() => outline(anns)).toEqual(['text', '![red]', 'next'])
    })
  })

  atNight(
    '[PG23] the first key on a page with only an image doesn’t delete the image',
    async () => {
      const room = pages.newRoom()
      await postDocument(pages.baseUrl, room, (doc) => addBlock(doc, '', image))
      await using anns = await pages.open(room, ann)
      await using bobs = await pages.open(room, bob)
      await anns.page.keyboard.type('first')
      await expect.poll(() => outline(bobs)).toEqual(['![red]', 'first'])
      await press(anns, 'Backspace')
      await expect.poll(() => outline(bobs)).toEqual(['![red]', 'firs'])
      expect([...anns.complaints, ...bobs.complaints]).toEqual([])
    },
  )

  atNight('[PG22] the other’s caret before, after and between them moves no text', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, (doc) => {
      addBlock(doc, 'text')
      for (const fields of [image, { type: 'rule' }]) addBlock(doc, '', fields)
      addBlock(doc, 'end')
      addBlock(doc, '', { type: 'rule' })
    })
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    const places = () =>
      anns.text.evaluate((text) =>
        [...text.children]
          .filter((block) => !block.matches('.caret'))
          .map((block) => block.getBoundingClientRect().y),
      )
    await anns.untilStill()
    const before = await places()
    await goTo(bobs, 'Control+Home')
    await anns.caret('Bob').waitFor()
    for (const key of ['Control+End', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowLeft']) {
      await press(bobs, key)
      await anns.untilStill()
      expect(await places()).toEqual(before)
    }
    // Between the image and the horizontal rule, where our editor never puts a caret.
    const doc = await fetchDocument(pages.baseUrl, room)
    const between = createRelativePositionFromTypeIndex(doc.getText('text'), 6)
    const at = JSON.parse(JSON.stringify(between)) as Json
    const guest = joinRoom({
      url: pages.baseUrl,
      room,
      user: { name: 'Guest' },
      location: { clientID: doc.clientID, cursor: { anchor: at, head: at } },
    })
    await anns.avatar('Guest').waitFor()
    await anns.untilStill()
    expect(await places()).toEqual(before)
    await guest.leave()
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })
})

describe('a page in the previous format', () => {
  it('[PF10] is converted once, even if both open it, including edits that arrive later', async () => {
    const room = pages.newRoom()
    const paragraph = (text: string) => {
      const made = new XmlElement('paragraph')
      made.insert(0, [new XmlText(text)])
      return made
    }
    const write = (text: string) =>
      postDocument(pages.baseUrl, room, (doc) => {
        const page = doc.getXmlFragment('page')
        page.insert(page.length, [paragraph(text)])
      })
    await write('from before')
    const windows = await Promise.all([ann, bob].map((person) => pages.open(room, person)))
    const [anns, bobs] = windows as [OfficeWindow, OfficeWindow]
    try {
      for (const window of windows) await reads(window, /^from before$/)
      await type(anns, 'Ann, ')
      await reads(bobs, /^Ann, from before$/)
      await write('late')
      for (const window of windows) await reads(window, /^Ann, from before\nlate$/)
      await anns.untilSaved()
      const stored = await fetchDocument(pages.baseUrl, room)
      expect(stored.getText('text').toString()).toBe('Ann, from beforelate')
      expect(stored.getMap('about').get('format')).toBe(2)
    } finally {
      for (const window of windows) await window[Symbol.asyncDispose]()
    }
  })
})
