import { expect, it } from 'vitest'
import { launchChromium } from '../chromium.js'

it('the Chromium of this system starts and runs a page', async () => {
  await using browser = await launchChromium()
  const page = await browser.newPage()
  await page.setContent('<title>here</title>')
  expect(await page.title()).toBe('here')
})
