import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { fetchDocument, postDocument, type OfficeWindow } from './office-window.js'
import {
  ann,
  bob,
  copy,
  goTo,
  outline,
  Pages,
  paste,
  press,
  reads,
  type,
  untilInText,
  writeLongPage,
} from './pages.js'

const pages = new Pages()

/** Opens the page of a new room in two windows. */
async function together(act: (anns: OfficeWindow, bobs: OfficeWindow) => Promise<void>) {
  const room = pages.newRoom()
  await using anns = await pages.open(room, ann)
  await using bobs = await pages.open(room, bob)
  await act(anns, bobs)
  // A browser without a network says so.
  const isOffline = (complaint: string) => complaint.includes('ERR_INTERNET_DISCONNECTED')
  const complaints = [...anns.complaints, ...bobs.complaints]
  expect(complaints.filter((each) => !isOffline(each))).toEqual([])
}

describe('colors and alignment', () => {
  it('[PE1 PE3] text has a color and a highlight, by mouse and by keyboard, and others see them', async () => {
    await together(async (anns, bobs) => {
      await type(anns, 'plain warm')
      await press(anns, 'Shift+Control+ArrowLeft')
      await anns.tool('Colors').click()
      await anns.page.getByRole('menuitemradio', { name: 'Text: Red' }).click()
      await bobs.text.locator('span[data-color="red"]', { hasText: 'warm' }).waitFor()
      // The selection is still there. By keyboard the menu gets the focus, and gives it back.
      await anns.tool('Colors').focus()
      await press(anns, 'Enter')
      const first = anns.page.getByRole('menuitemradio', { name: 'Text: Default' })
      await expect.poll(() => first.evaluate((item) => item === document.activeElement)).toBe(true)
      await press(anns, 'ArrowUp')
      await press(anns, 'ArrowUp')
      await press(anns, 'Enter')
      await bobs.text.locator('mark[data-color="purple"]', { hasText: 'warm' }).waitFor()
      await expect
        .poll(() => anns.text.evaluate((text) => text === document.activeElement))
        .toBe(true)
      await press(anns, 'Control+a')
      await goTo(bobs)
      await paste(bobs, await copy(anns))
      await reads(bobs, /^plain warm\nplain warm$/)
      await expect.poll(() => bobs.text.locator('mark[data-color="purple"]').count()).toBe(2)
      await press(anns, 'Control+z')
      await anns.untilStill()
      await press(anns, 'Control+z')
      await expect.poll(() => anns.text.locator('[data-color="red"]').count()).toBe(1)
    })
  })

  it('[OF90] list items have their depth, and stay so while they are indented', async () => {
    await using window = await pages.open(pages.newRoom(), ann)
    await type(window, '- one\ntwo\n[ ] ')
    await press(window, 'Tab')
    await window.page.keyboard.type('three')
    const depths = () =>
      window.text
        .getByRole('list')
        .getByRole('listitem')
        .evaluateAll((items) => items.map((item) => `${item.ariaLevel} ${item.textContent}`))
    await expect.poll(depths).toEqual(['1 one', '1 two', '2 three'])
    await press(window, 'Shift+Tab')
    await expect.poll(depths).toEqual(['1 one', '1 two', '1 three'])
    const done = window.text.getByRole('listitem').getByRole('checkbox', { name: 'Done' })
    await done.check()
    await expect.poll(() => outline(window)).toContain('[x] three')
  })

  it('[OF91] copied text has the shades of white paper, also where it is dark', async () => {
    await using window = await pages.open(pages.newRoom(), ann)
    await window.page.emulateMedia({ colorScheme: 'dark' })
    await type(window, 'warm')
    await press(window, 'Control+a')
    for (const name of ['Text: Red', 'Highlight: Yellow']) {
      await window.tool('Colors').click()
      await window.page.getByRole('menuitemradio', { name }).click()
    }
    const { html } = await copy(window)
    expect(html).toContain('data-color="red" style="color: rgb(180, 35, 24);"')
    await window.page.emulateMedia({ colorScheme: 'light' })
    const shown = await window.text.locator('mark').evaluate((mark) =>
      getComputedStyle(mark)
        .backgroundColor.match(/[\d.]+/g)!
        .map(Number),
    )
    const shade = shown.map((part) => Math.round(part * 255)).join(', ')
    expect(html).toContain(`data-color="yellow" style="background-color: rgb(${shade});"`)
  })

  it('[PE2 PE4] blocks are aligned, also as another kind and in the next line', async () => {
    await together(async (anns, bobs) => {
      await type(anns, 'one')
      await anns.tool('Alignment').click()
      await anns.page.getByRole('menuitemradio', { name: 'Center' }).click()
      await press(anns, 'End')
      await press(anns, 'Enter')
      await anns.page.keyboard.type('two')
      await anns.tool('Bulleted list').click()
      const aligned = () =>
        bobs.text.evaluate((text) =>
          [...text.children].map((block) => {
            const of = block.querySelector('.item-text') ?? block
            return `${of.firstChild?.textContent}: ${getComputedStyle(of).textAlign}`
          }),
        )
      await expect.poll(aligned).toEqual(['one: center', 'two: center'])
      await anns.tool('Alignment').click()
      const center = anns.page.getByRole('menuitemradio', { name: 'Center' })
      await expect.poll(() => center.getAttribute('aria-checked')).toBe('true')
      await anns.page.getByRole('menuitemradio', { name: 'Align start' }).click()
      await expect.poll(aligned).toEqual(['one: center', 'two: start'])
    })
  })

  atNight('[PG43] `- [ ] ` and `[] ` make a task', async () => {
    await together(async (anns, bobs) => {
      await type(anns, '- [ ] one\ntwo\n\n[] three\n\n- [x] four')
      const right = ['[ ] one', '[ ] two', '[ ] three', '[x] four']
      await expect.poll(() => outline(bobs)).toEqual(right)
    })
  })
})

describe('code', () => {
  it('[PE5] has a language, and colors that are not in the document', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(anns, '```\n')
    await anns.page.keyboard.type('let a = 1 // one')
    const language = anns.page.getByRole('combobox', { name: 'Code language' })
    expect(await language.inputValue()).toBe('')
    await language.selectOption('JavaScript')
    for (const window of [anns, bobs]) {
      await window.text.locator('code.language-javascript .hljs-keyword').waitFor()
      await expect.poll(() => window.text.locator('.hljs-comment').textContent()).toBe('// one')
    }
    await anns.untilSaved()
    const doc = await fetchDocument(pages.baseUrl, room)
    expect(doc.getText('text').toDelta()[0]).toEqual({ insert: 'let a = 1 // one' })
    // The caret of the other is in colored text, and what both type is colored as well.
    await goTo(bobs)
    await bobs.page.keyboard.type('\nvar b')
    await expect.poll(() => anns.text.locator('.hljs-keyword').count()).toBe(2)
    const keyboard = await anns.page.context().newCDPSession(anns.page)
    await goTo(anns)
    const text = 'pin'
    const selection = { selectionStart: text.length, selectionEnd: text.length }
    await keyboard.send('Input.imeSetComposition', { text, ...selection })
    await keyboard.send('Input.insertText', { text: ' = "拼"' })
    await expect.poll(() => bobs.text.locator('.hljs-string').textContent()).toBe('"拼"')
    await expect.poll(() => anns.text.locator('.hljs-string').textContent()).toBe('"拼"')
    await language.selectOption('Plain text')
    await expect.poll(() => bobs.text.locator('.hljs-keyword').count()).toBe(0)
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })
})

describe('the menu of blocks', () => {
  const options = ({ page }: OfficeWindow) => page.getByRole('listbox').getByRole('option')
  const chosen = async (window: OfficeWindow) => {
    const id = await window.text.getAttribute('aria-activedescendant')
    return id === null ? null : window.page.locator(`#${id}`).textContent()
  }

  atNight(
    '[PE6] opens with a slash, filters by what is typed, and inserts the chosen block',
    async () => {
      await together(async (anns, bobs) => {
        await type(anns, '/')
        await expect.poll(() => options(anns).count()).toBeGreaterThan(8)
        await anns.page.keyboard.type('head')
        await expect.poll(() => options(anns).count()).toBe(3)
        await press(anns, 'ArrowDown')
        await expect.poll(() => chosen(anns)).toBe('H2Heading 2')
        await press(anns, 'Enter')
        await anns.page.keyboard.type('Plan\nfirst /')
        await expect.poll(() => options(anns).count()).toBeGreaterThan(8)
        await anns.page.keyboard.type('待办')
        await press(anns, 'Enter')
        await expect.poll(() => outline(bobs)).toEqual(['## Plan', '[ ] first '])
        await anns.page.keyboard.type('\n\n/')
        await options(anns).getByText('Table').click()
        await bobs.text.getByRole('table').waitFor()
        await anns.page.keyboard.type('/')
        await options(anns).first().waitFor()
        expect(await options(anns).getByText('Table').count()).toBe(0)
      })
    },
  )

  it('[PE6] stays away from code, from words and from what others write, and Escape closes it', async () => {
    await together(async (anns, bobs) => {
      await type(anns, 'and/')
      await anns.page.keyboard.type('or /')
      await options(anns).first().waitFor()
      await goTo(bobs)
      await bobs.page.keyboard.type('\n/')
      await options(bobs).first().waitFor()
      await reads(anns, /^and\/or \/\n\/$/)
      await expect.poll(() => options(anns).count()).toBeGreaterThan(8)
      await press(anns, 'Escape')
      await expect.poll(() => options(anns).count()).toBe(0)
      await anns.page.keyboard.type('x\n')
      await anns.page.keyboard.type('```js ')
      await anns.page.keyboard.type('/')
      await reads(bobs, /\n\/\n/)
      expect(await options(anns).count()).toBe(0)
      await press(bobs, 'Backspace')
      await expect.poll(() => options(bobs).count()).toBe(0)
    })
  })

  it('[PE7] leaves its keys to an input method that composes', async () => {
    await together(async (anns, bobs) => {
      const keyboard = await anns.page.context().newCDPSession(anns.page)
      const compose = (text: string) =>
        keyboard.send('Input.imeSetComposition', {
          text,
          selectionStart: text.length,
          selectionEnd: text.length,
        })
      await type(anns, '/')
      await options(anns).first().waitFor()
      await compose('biao')
      await expect.poll(() => options(anns).count()).toBe(6)
      // The key that commits is the input method's.
      await anns.text.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true })
      await keyboard.send('Input.insertText', { text: '标题' })
      await expect.poll(() => options(anns).count()).toBe(3)
      await reads(bobs, /^\/标题$/)
      await press(anns, 'Enter')
      await expect.poll(() => outline(bobs)).toEqual(['# '])
      await press(anns, 'Backspace')
      await anns.page.keyboard.insertText('、')
      await options(anns).first().waitFor()
    })
  })
})

describe('the tools over a selection', () => {
  it('[PE8] appear beside selected text, at a desk and on a phone, and change it', async () => {
    for (const width of [1_200, 390]) {
      const room = pages.newRoom()
      await using anns = await pages.open(room, ann, { width })
      await type(anns, 'some words')
      const bar = anns.page.getByRole('toolbar', { name: 'Selection' })
      expect(await bar.count()).toBe(0)
      await press(anns, 'Shift+Control+ArrowLeft')
      await bar.getByRole('button', { name: 'Underline' }).click()
      await expect.poll(() => outline(anns)).toEqual(['some __words__'])
      const { x, width: size } = (await bar.boundingBox())!
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + size).toBeLessThanOrEqual(width)
      await bar.getByRole('button', { name: 'Link' }).click()
      await anns.page.keyboard.type('example.com')
      await press(anns, 'Enter')
      await anns.text.getByRole('link', { name: 'words' }).waitFor()
      await untilInText(anns)
      await press(anns, 'ArrowRight')
      await bar.waitFor({ state: 'detached' })
      expect(anns.complaints).toEqual([])
    }
  })

  it('[PE9] the tools of a table are all within the window of a phone', async () => {
    await using anns = await pages.open(pages.newRoom(), ann, { width: 390 })
    await anns.text.focus()
    await anns.tool('Table').click()
    await anns.page.getByRole('button', { name: 'Delete table' }).waitFor()
    const tools = anns.page.locator('.of-table').getByRole('button')
    for (const tool of await tools.all()) {
      const { x, width } = (await tool.boundingBox())!
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + width).toBeLessThanOrEqual(390)
    }
    await expect.poll(() => tools.count()).toBe(8)
    // The tools for text are still there.
    await anns.tool('Bold').click()
    await expect.poll(() => anns.tool('Bold').getAttribute('aria-pressed')).toBe('true')
    await anns.page.getByRole('button', { name: 'Row below' }).click()
    await expect.poll(() => anns.text.locator('tr').count()).toBe(4)
  })
})

describe('a long page', () => {
  it('[PE10] has its title above the text, which is the one in the bar', async () => {
    await together(async (anns, bobs) => {
      const title = anns.page.getByRole('textbox', { name: 'Title above the text' })
      await title.fill('Plan for 2027')
      await press(anns, 'Enter')
      await expect.poll(() => bobs.title.inputValue()).toBe('Plan for 2027')
      await untilInText(anns)
      await anns.page.keyboard.type('first')
      await reads(bobs, /^first$/)
      await bobs.title.fill('Plan')
      await press(bobs, 'Enter')
      await expect.poll(() => title.inputValue()).toBe('Plan')
      // A click into it doesn't go to the end of the text.
      await title.click()
      await anns.page.keyboard.type('!')
      await press(anns, 'Enter')
      await expect.poll(() => bobs.title.inputValue()).toBe('Plan!')
    })
  })

  it('[PE39] has the focus before the next key, wherever it comes from', async () => {
    await using window = await pages.open(pages.newRoom(), ann)
    await type(window, 'some words')
    await press(window, 'Shift+Control+ArrowLeft')
    await press(window, 'Control+k')
    await window.page.getByRole('textbox', { name: 'Link to' }).fill('https://example.com/')
    const ways = [
      ['form.link-bar input', 'Escape'],
      ['.page-title', 'Enter'],
      ['.toolbar button', 'Escape'],
    ] as const
    for (const way of ways) {
      const isThere = await window.page.evaluate(async ([selector, pressed]) => {
        const from = document.querySelector<HTMLElement>(selector)!
        from.focus()
        const options = { key: pressed, bubbles: true, cancelable: true }
        from.dispatchEvent(new KeyboardEvent('keydown', options))
        // No other task, and no frame.
        await Promise.resolve()
        return document.activeElement?.classList.contains('text')
      }, way)
      expect(isThere, way[0]).toBe(true)
    }
    expect(window.complaints).toEqual([])
  })

  atNight('[PE11] has an outline that leads to headings and follows others’ edits', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, writeLongPage)
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await anns.page.getByRole('button', { name: 'Outline' }).click()
    const outlined = anns.page.getByRole('navigation', { name: 'Outline' }).getByRole('button')
    await expect.poll(() => outlined.allTextContents()).toEqual(['Part 0', 'Part 60'])
    const current = () => anns.page.locator('[aria-current="location"]').textContent()
    await expect.poll(() => current()).toBe('Part 0')
    await outlined.nth(1).click()
    await expect.poll(current).toBe('Part 60')
    await goTo(bobs)
    await bobs.page.keyboard.type('\n## Added')
    await expect.poll(() => outlined.allTextContents()).toEqual(['Part 0', 'Part 60', 'Added'])
    await anns.page.keyboard.type('New ')
    await expect.poll(current).toBe('New Part 60')
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PE11] covers the text with the outline on a phone, until a heading is chosen', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, writeLongPage)
    await using anns = await pages.open(room, ann, { width: 390 })
    await anns.page.getByRole('button', { name: 'Outline' }).click()
    await anns.page.getByRole('button', { name: 'Part 60' }).click()
    await expect.poll(() => anns.page.locator('.outline').count()).toBe(0)
    const top = async () => (await anns.text.getByText('Part 60').boundingBox())!.y
    await expect.poll(top).toBeLessThan(600)
    await expect.poll(() => top()).toBeGreaterThan(0)
  })

  atNight(
    '[PE12] has a number of words, which counts what others write and what is selected',
    async () => {
      await together(async (anns, bobs) => {
        const count = anns.page.locator('.word-count')
        await type(anns, 'two words')
        await expect.poll(() => count.textContent()).toBe('2 words')
        await goTo(bobs)
        await bobs.page.keyboard.insertText(' 预算')
        await expect.poll(() => count.textContent()).toBe('4 words')
        await expect
          .poll(() => count.getAttribute('title'))
          .toBe('12 characters, 10 without spaces')
        await press(anns, 'Control+Home')
        await press(anns, 'Shift+Control+ArrowRight')
        await expect.poll(() => count.textContent()).toBe('1 of 4 words')
      })
    },
  )
})

describe('finding', () => {
  const openFind = async (window: OfficeWindow, key: string, text: string) => {
    await press(window, key)
    await window.page.getByRole('textbox', { name: 'Find' }).fill(text)
  }
  const found = ({ page }: OfficeWindow) => page.locator('.find-bar output').textContent()

  atNight(
    '[PE13] marks each match, follows edits, and leaves the current one selected',
    async () => {
      await together(async (anns, bobs) => {
        await type(anns, 'Tea, tea and coffee\n- green tea')
        await reads(bobs, /green tea$/)
        await openFind(bobs, 'Control+f', 'tea')
        await expect.poll(() => found(bobs)).toMatch(/of 3$/)
        await bobs.page.getByRole('button', { name: 'Match case' }).click()
        await expect.poll(() => found(bobs)).toMatch(/of 2$/)
        expect(await anns.text.locator('.found').count()).toBe(0)
        await goTo(anns, 'Control+Home')
        await anns.page.keyboard.type('More tea. ')
        await expect.poll(() => found(bobs)).toMatch(/of 3$/)
        // In one look, since an edit that arrives may draw the match again.
        const current = () =>
          bobs.text.evaluate((text) => {
            const all = [...text.querySelectorAll('.found')]
            return all.findIndex((match) => match.matches('.current'))
          })
        await bobs.page.getByRole('textbox', { name: 'Find' }).focus()
        const before = await current()
        await press(bobs, 'Enter')
        await expect.poll(current).toBe((before + 1) % 3)
        await press(bobs, 'Shift+Enter')
        await expect.poll(current).toBe(before)
        await press(bobs, 'Escape')
        await expect.poll(() => bobs.page.evaluate(() => getSelection()?.toString())).toBe('tea')
        expect(await bobs.text.locator('.found').count()).toBe(0)
        await openFind(bobs, 'Control+f', 'nothing')
        await expect.poll(() => found(bobs)).toBe('Not found')
      })
    },
  )

  it('[PE14] replaces all in one step, keeps marks, and merges with what others write', async () => {
    await together(async (anns, bobs) => {
      await type(anns, 'a **cat** and a cat')
      await reads(bobs, /and a cat$/)
      await openFind(anns, 'Control+h', 'cat')
      await expect.poll(() => found(anns)).toMatch(/of 2$/)
      await anns.page.getByRole('textbox', { name: 'Replace with' }).fill('dog')
      await anns.page.context().setOffline(true)
      await goTo(bobs)
      await bobs.page.keyboard.type('egory')
      await anns.page.getByRole('button', { name: 'Replace all' }).click()
      await expect.poll(() => found(anns)).toBe('2 replaced')
      await anns.page.context().setOffline(false)
      for (const window of [anns, bobs]) {
        await expect.poll(() => outline(window)).toEqual(['a **dog** and a dogegory'])
      }
      await press(anns, 'Escape')
      await press(anns, 'Control+z')
      for (const window of [anns, bobs]) {
        await expect.poll(() => outline(window)).toEqual(['a **cat** and a category'])
      }
      await openFind(anns, 'Control+h', 'cat')
      await anns.page.getByRole('textbox', { name: 'Replace with' }).fill('cow')
      await anns.page.getByRole('button', { name: 'Replace', exact: true }).click()
      await expect.poll(() => found(anns)).toBe('1 of 1')
    })
  })
})
