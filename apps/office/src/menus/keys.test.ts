import { expect, it } from 'vitest'
import { saidKeys, shownKeys } from './keys.js'

it('[OF101] a shortcut is written as on the keyboard of the user', () => {
  expect(shownKeys('Control+Shift+8', false)).toBe('Ctrl+Shift+8')
  expect(shownKeys('Control+Shift+8', true)).toBe('⌘⇧8')
  expect(shownKeys('Alt+ArrowDown', false)).toBe('Alt+↓')
  expect(saidKeys('Control+B', true)).toBe('Meta+B')
  expect(saidKeys('Control+B', false)).toBe('Control+B')
})
