import { expect, it } from 'vitest'
import { GuardedStorage } from './guarded-storage.js'

function values() {
  const stored = new Map<string, string>()
  return {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
    removeItem: (name: string) => void stored.delete(name),
  }
}

it('[OF85] what a browser doesn’t take lasts as long as the window', () => {
  const storage = new GuardedStorage(() => {
    throw new DOMException('forbidden', 'SecurityError')
  })
  expect(storage.getItem('theme')).toBeNull()
  storage.setItem('theme', 'dark')
  expect(storage.getItem('theme')).toBe('dark')
  storage.removeItem('theme')
  expect(storage.getItem('theme')).toBeNull()
})

it('[OF85] a full storage keeps what it had for the other windows, and takes the next value again', () => {
  const shared = values()
  let isFull = false
  const setItem = (name: string, value: string) => {
    if (isFull) throw new DOMException('full', 'QuotaExceededError')
    shared.setItem(name, value)
  }
  const one = new GuardedStorage(() => ({ ...shared, setItem }))
  const other = new GuardedStorage(() => shared)
  one.setItem('theme', 'light')
  isFull = true
  one.setItem('theme', 'dark')
  expect([one.getItem('theme'), other.getItem('theme')]).toEqual(['dark', 'light'])
  isFull = false
  one.setItem('theme', 'system')
  expect([one.getItem('theme'), other.getItem('theme')]).toEqual(['system', 'system'])
  other.setItem('theme', 'light')
  expect(one.getItem('theme')).toBe('light')
})
