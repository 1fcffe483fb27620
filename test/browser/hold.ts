import type { BrowserContext, Page } from 'playwright-core'

/** Holds back what windows load from addresses, until the returned function is called. */
export async function hold(windows: BrowserContext | Page, address: RegExp): Promise<() => void> {
  let letGo = () => {}
  const released = new Promise<void>((resolve) => void (letGo = resolve))
  await windows.route(address, async (route) => {
    await released
    await route.continue()
  })
  return letGo
}
