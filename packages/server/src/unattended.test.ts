import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { Problem } from '@whereabouts/protocol'
import { expect, it } from 'vitest'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import type { Admission } from './access/permissions.js'
import type { MemberId } from './room/ids.js'
import type { HostedRoom } from './rooms/hosted-rooms.js'
import { UnattendedMembers } from './unattended.js'
import type { Stay, Visitor } from './visits.js'

const request = new IncomingMessage(new Socket())

/** A room with members, and what is asked about them. */
function office() {
  const clock = new VirtualClock()
  const members = new Map<string, number>()
  const left: string[] = []
  const room = {
    room: {
      get: (id: string) => (members.has(id) ? {} : undefined),
      connections: { of: (id: string) => members.get(id) ?? 0 },
    },
    commitQuietly: ({ id }: { readonly id: string }) => {
      left.push(id)
      members.delete(id)
    },
  } as unknown as HostedRoom
  const begun: { visitor: Visitor; admission: Admission; stay: Stay }[] = []
  const open = new Set<number>()
  const visits = {
    begin: (visitor: Visitor, admission: Admission, stay: Stay) => {
      const number = begun.push({ visitor, admission, stay })
      open.add(number)
      return () => void open.delete(number)
    },
  }
  const unattended = new UnattendedMembers(visits, { find: () => room }, clock)
  const keep = (id: string, by: { userId?: string; asOf?: number; session?: string } = {}) => {
    const { userId, asOf = 0, session } = by
    const account = `user ${userId}`
    const asker = { request, user: undefined, roomName: 'r', account }
    const admission = { asker, userId, session, expiresAtMs: 5, can: [], asOf, atMs: 0 }
    members.set(id, 0)
    unattended.keep('r', id as MemberId, admission)
  }
  return { clock, members, left, begun, open, keep }
}

it('[AC41] one question is asked about all members of a user in a room, by a call of the last second', async () => {
  const { clock, begun, open, keep } = office()
  for (const id of ['a', 'b', 'c']) keep(id, { userId: 'ann' })
  expect(begun.map(({ stay }) => stay.selves)).toEqual([['a', 'b', 'c']])
  // Its login may end before its caller comes back with another one.
  expect(begun[0]!.admission).toMatchObject({ userId: 'ann', expiresAtMs: undefined })
  keep('d', { userId: 'ann', asOf: 1 })
  await clock.pass(1_001, () => {})
  keep('a', { userId: 'ann', asOf: 1 })
  expect(begun).toHaveLength(3)
  expect(open.size).toBe(1)
  keep('e', { userId: 'bob' })
  keep('f', { userId: 'ann', asOf: 1, session: 'second' })
  // Without users, others at the address may have other rights.
  keep('g')
  keep('h')
  expect(open.size).toBe(5)
})

it('[AC41] members leave together when their caller may no longer join, and later ones are asked about anew', () => {
  const { left, begun, keep } = office()
  for (const id of ['a', 'b']) keep(id, { userId: 'ann' })
  begun[0]!.visitor.fail(new Problem('forbidden', 'No.'))
  expect(left).toEqual(['a', 'b'])
  keep('c', { userId: 'ann' })
  expect(begun[1]!.stay.selves).toEqual(['c'])
  begun[1]!.stay.leave()
  expect(left).toEqual(['a', 'b', 'c'])
})

it('[AC41] nobody is asked about for long who has left, or has a reader again', async () => {
  const { clock, members, open, keep } = office()
  keep('gone', { userId: 'ann' })
  keep('back', { userId: 'bob' })
  keep('there', { userId: 'cat' })
  members.delete('gone')
  members.set('back', 1)
  await clock.pass(30_001, () => {})
  expect(open.size).toBe(1)
  members.delete('there')
  await clock.pass(30_001, () => {})
  expect(open.size).toBe(0)
})
