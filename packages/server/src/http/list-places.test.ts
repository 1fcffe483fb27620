import { expect, it } from 'vitest'
import { ListPlaces } from './list-places.js'

it('[HM4] the length of a place tells nothing of it', () => {
  const places = new ListPlaces('secret')
  const all = [
    { updatedAtMs: 0, roomName: 'a' },
    { updatedAtMs: 1_795_996_800_000, roomName: 'budget~2027' },
    { updatedAtMs: Number.MAX_SAFE_INTEGER, roomName: 'x'.repeat(128) },
  ]
  const sealed = all.map((place) => places.seal(place, 'ada'))
  expect(new Set(sealed.map(({ length }) => length)).size).toBe(1)
  expect(sealed.map((text) => places.open(text, 'ada'))).toEqual(all)
  expect(places.open(sealed[0]!, 'bob')).toBe(undefined)
})
