import { expect, it } from 'vitest'
import { readNotice } from './notice.js'

it('[AC20] [AC23] reads what another node wrote', () => {
  const disconnect = { roomName: 'r', userId: '__proto__', reason: 'Enough.' }
  expect(readNotice(JSON.stringify({ disconnect }))).toEqual({ disconnect })
  const revalidate = { user: 'ada' }
  expect(readNotice(JSON.stringify({ revalidate }))).toEqual({ revalidate })
  expect(readNotice('{}')).toEqual({})
})

it.each([
  '',
  '{',
  'null',
  '7',
  '[]',
  '{"revalidate":{"user":7}}',
  '{"disconnect":{}}',
  '{"disconnect":{"roomName":"r","reason":{}}}',
])('[AC22] what can not be read, such as %s, has all readers asked about', (text) => {
  expect(readNotice(text)).toEqual({ revalidate: {} })
})
