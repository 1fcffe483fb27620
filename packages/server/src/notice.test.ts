import { expect, it } from 'vitest'
import { readNotice } from './notice.js'

it.each([
  { disconnect: { roomName: 'r', userId: '__proto__', reason: 'Enough.' } },
  { disconnect: { roomName: 'r', memberId: 'm' } },
  { endSession: { session: 's' } },
  { revalidate: { user: 'ada' } },
  {},
])('[AC20] [AC23] reads what another node wrote: %j', (notice) => {
  expect(readNotice(JSON.stringify(notice))).toEqual({ kind: 'notice', notice })
})

it.each(['', '{', 'null', '7', '[]', '{"revalidate":{"user":7}}', '{"revalidate":null}'])(
  '[AC22] [AC32] %s is unreadable',
  (text) => {
    expect(readNotice(text)).toEqual({ kind: 'unreadable' })
  },
)

it.each([
  ['{"disconnect":{"roomName":"r","reason":{}}}', 'r'],
  ['{"disconnect":{"roomName":"r"}}', 'r'],
  ['{"disconnect":{"roomName":"r","userId":7},"revalidate":{}}', 'r'],
  ['{"disconnect":{}}', undefined],
  ['{"disconnect":null}', undefined],
  ['{"endSession":{}}', undefined],
  ['{"endSession":{"session":7}}', undefined],
  [`{"endSession":{"session":"${'s'.repeat(100_000)}"}}`, undefined],
  ['{"disconnect":{"roomName":7,"userId":"ada"}}', undefined],
])('[AC32] %s ends readers, of the room %s', (text, roomName) => {
  expect(readNotice(text)).toEqual({ kind: 'unreadable end', roomName })
})
