import { expect, it } from 'vitest'
import { Proxy } from '../client/proxies.js'
import { OfficeWindow } from './office-window.js'
import { ann, Office } from './office.js'

const office = new Office()

it('[OF23 OF24] the status says that the network is slow once streams don’t get through', async () => {
  await using proxy = await Proxy.buffering(Number(new URL(office.baseUrl).port), (request) =>
    /\/(?:events|streams)\b/.test(request.url!),
  )
  await using window = await OfficeWindow.open(office.browser, {
    baseUrl: proxy.url,
    path: `/pages/${office.newRoom()}`,
    person: ann,
  })
  await window.untilOpen()
  const status = window.page.locator('.status output')
  const says = () => status.textContent()
  await expect.poll(says, { timeout: 30_000 }).toBe('Live')
  expect(await status.getAttribute('title')).toBeNull()
  await expect.poll(says, { timeout: 60_000 }).toBe('Live, slow network')
  await expect
    .poll(() => status.getAttribute('title'))
    .toMatch(/network holds changes back.*nothing is lost/)
})
