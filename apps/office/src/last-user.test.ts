import { expect, it } from 'vitest'
import { userAtWindow } from './last-user.js'

function storage() {
  const values = new Map<string, string>()
  return {
    getItem: (name: string) => values.get(name) ?? null,
    setItem: (name: string, value: string) => void values.set(name, value),
    removeItem: (name: string) => void values.delete(name),
  }
}

it('[OF35] is the user that the server names, and without it the last one', () => {
  const kept = storage()
  const at = (identity: Parameters<typeof userAtWindow>[0]) => userAtWindow(identity, kept)
  expect(at({ mode: 'unknown' })).toBeUndefined()
  expect(at({ mode: 'oidc', user: { id: 'ann' } })).toBe('ann')
  expect(at({ mode: 'unknown' })).toBe('ann')
  expect(at({ mode: 'oidc', user: { id: 'bob' } })).toBe('bob')
  expect(at({ mode: 'unknown' })).toBe('bob')
})

it('[OF35] is nobody after the server refused the caller, or asks nobody', () => {
  const kept = storage()
  const at = (identity: Parameters<typeof userAtWindow>[0]) => userAtWindow(identity, kept)
  at({ mode: 'oidc', user: { id: 'ann' } })
  expect(at({ mode: 'unknown', isRefused: true })).toBeUndefined()
  expect(at({ mode: 'unknown' })).toBeUndefined()
  at({ mode: 'oidc', user: { id: 'ann' } })
  expect(at({ mode: 'open' })).toBeUndefined()
  expect(at({ mode: 'unknown' })).toBeUndefined()
})
