/** A keyboard is higher than this; bars of the browser that come and go are not. */
const LEAST_PX = 100

/** Keeps the whole of the window above the device's keyboard, while there is one; returns a function that ends it. @see OFFICE.md SH231, SH234 */
export function fitAboveKeyboard(): () => void {
  const listening = new AbortController()
  const view = globalThis.visualViewport
  const fit = () => {
    if (!view) return
    const { style } = document.body
    // Whoever has zoomed into the page sees a part of it, also without a keyboard.
    const isCovered = view.scale < 1.01 && innerHeight - view.height > LEAST_PX
    style.height = isCovered ? `${view.height}px` : ''
    // Safari moves the window up below the bars.
    if (isCovered && view.offsetTop > 0) scrollTo(0, 0)
  }
  for (const type of ['resize', 'scroll']) {
    view?.addEventListener(type, fit, { signal: listening.signal })
  }
  fit()
  return () => listening.abort()
}
