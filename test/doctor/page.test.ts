import { describe, expect, it } from 'vitest'
import { ann, Office } from '../browser/office.js'
import { OfficeWindow } from '../browser/office-window.js'
import { heldIfGot, startBadProxy } from './bad-proxy.js'

const office = new Office()
const open = (baseUrl: string, path = '/doctor') =>
  OfficeWindow.open(office.browser, { baseUrl, path, person: ann })
const report = ({ page }: OfficeWindow) => page.getByRole('textbox', { name: 'Report' })

describe('the page /doctor', () => {
  it('[DR14 SH11] looks at once, and says that all is well', async () => {
    await using window = await open(office.baseUrl)
    await window.page.getByText('All is well.').waitFor()
    const text = await report(window).inputValue()
    expect(text).toMatch(/HTTP +http\/1\.1/)
    expect(text).toMatch(/Stream \(GET\) +works/)
    expect(text).toMatch(/Nothing on the way disturbs it\./)
    await window.page.getByRole('button', { name: 'Copy' }).click()
    await window.page.getByText('Copied').waitFor()
    expect(await window.page.evaluate(() => navigator.clipboard.readText())).toBe(text)
  })

  it('[DR4 DR14] says what a proxy does, and looks again', async () => {
    await using proxy = await startBadProxy(office.baseUrl, heldIfGot)
    await using window = await open(proxy.url)
    await window.page.getByText('Something on the way disturbs it.').waitFor()
    expect(await report(window).inputValue()).toMatch(/Stream \(GET\) +held back/)
    await window.page.getByRole('button', { name: 'Look again' }).click()
    await window.page.getByText('This takes five seconds.').waitFor()
    await window.page.getByText('Something on the way disturbs it.').waitFor()
    expect(await report(window).inputValue()).toMatch(/Stream \(POST\) +works/)
  })

  it('[DR14] says that the server is gone', async () => {
    await using window = await open(office.baseUrl)
    await window.page.getByText('All is well.').waitFor()
    await window.page.context().setOffline(true)
    await window.page.getByRole('button', { name: 'Look again' }).click()
    await window.page.getByText('The server can’t be reached, or').waitFor()
    expect(await report(window).inputValue()).toMatch(/^Not examined: /m)
  })
})
