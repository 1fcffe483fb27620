const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform)

const SIGNS: { readonly [key: string]: string } = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Delete: 'Del',
}
const MAC_SIGNS: { readonly [key: string]: string } = {
  ...SIGNS,
  Control: '⌘',
  Shift: '⇧',
  Alt: '⌥',
  Delete: '⌫',
}

/**
 * Returns a shortcut as the user's keyboard names it.
 *
 * @example shownKeys('Control+Shift+8') // 'Ctrl+Shift+8', or '⌘⇧8' on a Mac
 */
export function shownKeys(keys: string, onMac = isMac()): string {
  const parts = keys.split('+')
  if (onMac) return parts.map((part) => MAC_SIGNS[part] ?? part).join('')
  return parts.map((part) => (part === 'Control' ? 'Ctrl' : (SIGNS[part] ?? part))).join('+')
}

/** Returns a shortcut as screen readers take it: on a Mac, `Control` is its command key. */
export const saidKeys = (keys: string, onMac = isMac()): string =>
  onMac ? keys.replace('Control', 'Meta') : keys
