import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { ann, Office } from './office.js'
import { OfficeWindow } from './office-window.js'

/** Opens a window in a browser of somebody who reads Chinese, or another language. */
async function openIn(office: Office, path: string, locale = 'zh-CN'): Promise<OfficeWindow> {
  const context = await office.browser.newContext({
    locale,
    viewport: { width: 1_200, height: 700 },
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  return OfficeWindow.open(office.browser, {
    baseUrl: office.baseUrl,
    path,
    person: { ...ann, name: '安安' },
    context,
  })
}

/** Notes every text that the page has shown so far. */
async function noteTexts(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const texts = new Set<string>()
    Object.assign(globalThis, { texts })
    const look = () => {
      const text = document.body?.innerText.trim()
      if (text) texts.add(text)
    }
    new MutationObserver(look).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
    })
  })
}

const languageOf = (page: Page) =>
  page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])

const choose = (page: Page, name: string) =>
  page.getByRole('combobox', { name: /^(?:Language|语言)$/ }).selectOption({ label: name })

describe('a language', () => {
  const office = new Office()

  it('[LA1 LA7] is that of the browser, from the first text on, and no other is loaded', async () => {
    const context = await office.browser.newContext({ locale: 'zh-CN' })
    await noteTexts(context)
    await using window = await OfficeWindow.open(office.browser, {
      baseUrl: office.baseUrl,
      path: '/',
      person: ann,
      context,
    })
    await window.page.getByRole('heading', { name: '还没有文档' }).waitFor()
    expect(await languageOf(window.page)).toEqual(['zh-Hans', 'ltr'])
    const shown = await window.page.evaluate(() => [
      ...(globalThis as unknown as { texts: Set<string> }).texts,
    ])
    expect(shown.length).toBeGreaterThan(0)
    // Before the first text there is only the name.
    for (const text of shown) expect(text).toMatch(/^(?:whereabouts|.*还没有文档.*)$/s)
    const loaded = window.requests.map(({ url }) => /assets\/(en|zh-Hans)-/.exec(url)?.[1] ?? [])
    // Parts that come later have texts of their own.
    expect(new Set(loaded.flat())).toEqual(new Set(['zh-Hans']))
    expect(window.complaints).toEqual([])
  })

  it('[LA1] is English for who reads none of the others', async () => {
    await using window = await openIn(office, '/', 'fr-FR')
    await window.page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
    expect(await languageOf(window.page)).toEqual(['en', 'ltr'])
  })

  it('[LA2] is the one that the user chose, in all windows of the browser from their next load on', async () => {
    await using window = await openIn(office, '/', 'en-US')
    const { page } = window
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
    await choose(page, '简体中文')
    await page.getByRole('heading', { name: '还没有文档' }).waitFor()
    const next = await page.context().newPage()
    await next.goto(office.baseUrl)
    await next.getByRole('heading', { name: '还没有文档' }).waitFor()
    await choose(page, 'English')
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
    expect(await languageOf(page)).toEqual(['en', 'ltr'])
  })

  atNight(
    '[LA4] has no word of another language in the bar, on a page and in a sheet',
    async () => {
      await using window = await openIn(office, `/pages/${office.newRoom()}`)
      const { page } = window
      await page.locator('main[aria-busy="false"]').waitFor()
      await page.locator('.status output', { hasText: '在线' }).waitFor()
      // The parts of a page that are loaded later.
      await page.getByRole('button', { name: '查找' }).click()
      await page.getByRole('textbox', { name: '替换为' }).waitFor()
      await page.getByRole('button', { name: '大纲' }).click()
      await page.getByRole('button', { name: '文件' }).click()
      await page.getByRole('menuitem', { name: '插入文件…' }).waitFor()
      expect(await foreignIn(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: '分享' }).click()
      await page.getByRole('dialog', { name: '分享' }).getByText('编辑和分享').waitFor()
      expect(await foreignIn(page)).toEqual([])
      await page.goto(`${office.baseUrl}/sheets/${office.newRoom()}`)
      await page.locator('main[aria-busy="false"]').waitFor()
      await page.getByRole('toolbar', { name: '工具' }).waitFor()
      await page.getByRole('button', { name: '所有工作表' }).waitFor()
      expect(await foreignIn(page)).toEqual([])
      await page.goto(office.baseUrl)
      await page.getByRole('listitem').first().waitFor()
      expect(await foreignIn(page)).toEqual([])
      expect(window.complaints).toEqual([])
    },
  )
})

/** Names, keys, functions, fonts, formats and the ends of files are the same in all languages. */
const SAME = [
  /Markdown|HTML|PDF|Word|\.(?:xlsx|ods|csv)/g,
  /whereabouts|English|Ctrl(?:\+\w+)*|Shift|Alt|Tab|Esc|Enter|Delete|https|name@example\.com|room-\d+/g,
  /Sheet ?\d+|Arial|[A-Z]{1,3}\d*|[HTABIUS]\d?/g,
]

/** Returns what is shown, or read aloud, in Latin letters. */
async function foreignIn(page: Page): Promise<string[]> {
  const said = await page.evaluate(() => {
    const shown = [...document.querySelectorAll('body *')].filter(
      (element) => element.checkVisibility() && element.closest('[lang="en"], noscript') === null,
    )
    const labels = ['aria-label', 'title', 'placeholder', 'alt', 'aria-description']
    return shown.flatMap((element) => [
      ...labels.map((label) => element.getAttribute(label) ?? ''),
      ...[...element.childNodes]
        .filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
        .map(({ textContent }) => textContent ?? ''),
    ])
  })
  const left = said.map((text) => SAME.reduce((rest, same) => rest.replaceAll(same, ''), text))
  const foreign = new Set(said.filter((_, at) => /[A-Za-z]{2,}/.test(left[at]!)))
  return [...foreign]
}
