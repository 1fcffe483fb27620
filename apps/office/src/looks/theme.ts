import { inBrowser } from '../guarded-storage.js'
import { STORED_AS } from './first-look.js'

/** How the application looks; `system` is as the system does. */
export type Theme = (typeof THEMES)[number]

export const THEMES = ['system', 'light', 'dark'] as const

const DARK = '(prefers-color-scheme: dark)'

/** Shows the user's choice from now on, and follows it when it is made in another window. @see OFFICE.md OF81 */
export function followTheme(): void {
  show()
  window.addEventListener('storage', ({ key }) => {
    if (key === STORED_AS || key === null) show()
  })
}

/** Returns the user's choice in this browser. */
export function chosenTheme(): Theme {
  const chosen = document.documentElement.dataset['theme']
  return THEMES.find((theme) => theme === chosen) ?? 'system'
}

/** Shows a choice in all windows, and remembers it in this browser. */
export function chooseTheme(theme: Theme): void {
  apply(theme)
  if (theme === 'system') inBrowser.removeItem(STORED_AS)
  else inBrowser.setItem(STORED_AS, theme)
}

/** Calls back at each change of the choice. Returns a function that ends that. */
export function subscribeTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

/** Calls back now and at each change with whether the application looks dark. */
export function followDarkness(look: (isDark: boolean) => void): void {
  const changed = () => look(isDark())
  changed()
  matchMedia(DARK).addEventListener('change', changed)
  subscribeTheme(changed)
}

/** Returns whether the application looks dark, except on paper. */
export function isDark(): boolean {
  const theme = chosenTheme()
  return theme === 'system' ? matchMedia(DARK).matches : theme === 'dark'
}

function show(): void {
  apply(inBrowser.getItem(STORED_AS))
}

function apply(theme: string | null): void {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme
  else delete document.documentElement.dataset['theme']
}
