import type { Member } from '@whereabouts/protocol'
import { expect, it } from 'vitest'
import { RoomStore, type RoomSnapshot } from '../store.js'
import { holdingOf } from './selectors.js'

const user = { id: 'a', name: 'Ann', color: '#888888' }
const ann: Member = { id: 'a', user, location: null, status: 'online' }
const empty = new RoomStore().getSnapshot()

it.each<[string, Partial<RoomSnapshot>, ReturnType<ReturnType<typeof holdingOf>>]>([
  ['nobody', {}, { isLocked: false, holder: null, isMine: false }],
  ['a member', { members: [ann] }, { isLocked: true, holder: ann, isMine: false }],
  ['this client', { members: [ann], self: 'a' }, { isLocked: true, holder: ann, isMine: true }],
  ['a member of another part', {}, { isLocked: true, holder: null, isMine: false }],
])('[LK9] who holds a key is %s', (who, facts, holding) => {
  const locks = who === 'nobody' ? {} : { cell: { memberId: 'a', number: 5 } }
  expect(holdingOf('cell')({ ...empty, ...facts, locks })).toEqual(holding)
})
