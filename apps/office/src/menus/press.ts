import type { Entry, Group } from './entries.js'

/** Returns an entry that presses a button which is already shown; nothing if there is none. */
export function pressing(
  button: HTMLElement | null | undefined,
  label?: string,
  more: Partial<Entry> = {},
): Group {
  if (!button) return []
  const act = () => {
    // What opens gives the focus back to it.
    button.focus()
    button.click()
  }
  return [{ label: label ?? button.title, ...more, act }]
}

/** Returns the button in the bar that says this. */
export const inBar = (name: string): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>('.bar button.share')].find(
    ({ textContent }) => textContent === name,
  )
