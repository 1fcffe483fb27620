import { expect, it } from 'vitest'
import { isHelpKey, saidKeys, shownKeys } from './keys.js'

it('[OF101] a shortcut is written as on the keyboard of the user', () => {
  expect(shownKeys('Control+Shift+8', false)).toBe('Ctrl+Shift+8')
  expect(shownKeys('Control+Shift+8', true)).toBe('⌘⇧8')
  expect(shownKeys('Alt+ArrowDown', false)).toBe('Alt+↓')
  expect(saidKeys('Control+B', true)).toBe('Meta+B')
  expect(saidKeys('Control+B', false)).toBe('Control+B')
})

it('[OF104] Ctrl+/ lists all shortcuts, but not where `/` is Shift and a digit, which makes a list', () => {
  const held = { ctrlKey: true, metaKey: false, altKey: false }
  expect(isHelpKey({ key: '/', code: 'Slash', ...held })).toBe(true)
  expect(isHelpKey({ key: '/', code: 'Period', ...held })).toBe(true)
  expect(isHelpKey({ key: '/', code: 'Digit7', ...held })).toBe(false)
  expect(isHelpKey({ key: '/', code: 'Slash', ...held, ctrlKey: false })).toBe(false)
})
