import type { RoomSnapshot } from '@whereabouts/client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SILENT_AFTER_MS, Silence } from './silence.js'

const ann = { id: 'ann', user: { id: 'a', name: 'Ann', color: '#e11d48' }, location: null }
const bob = { id: 'bob', user: { id: 'b', name: 'Bob', color: '#1d4ed8' }, location: { x: 1 } }
const members = [ann, bob].map((each) => ({ ...each, status: 'online' as const }))
const snapshot = {
  status: 'reconnecting',
  self: 'ann',
  members,
  others: members.slice(1),
} as unknown as RoomSnapshot

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('[OF89] nobody but oneself counts as here once nothing was heard for long', () => {
  const changed = vi.fn<() => void>()
  const silence = new Silence(changed)
  silence.look('reconnecting')
  vi.advanceTimersByTime(SILENT_AFTER_MS - 1)
  silence.look('reconnecting')
  expect(silence.known(snapshot)).toBe(snapshot)
  vi.advanceTimersByTime(1)
  expect(changed).toHaveBeenCalledOnce()
  const known = silence.known(snapshot)
  expect(known.members.map(({ status }) => status)).toEqual(['online', 'away'])
  expect(known.others).toEqual([{ ...members[1], status: 'away' }])
  expect(silence.known(snapshot)).toBe(known)
})

it('[OF89] whoever is here counts as here as soon as the room is live again', () => {
  const changed = vi.fn<() => void>()
  const silence = new Silence(changed)
  silence.look('reconnecting')
  vi.advanceTimersByTime(SILENT_AFTER_MS)
  silence.look('online')
  expect(silence.isLong).toBe(false)
  expect(silence.known(snapshot)).toBe(snapshot)
  vi.advanceTimersByTime(SILENT_AFTER_MS)
  expect(changed).toHaveBeenCalledOnce()
})
