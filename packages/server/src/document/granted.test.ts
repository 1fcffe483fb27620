import { expect, it } from 'vitest'
import { sendGranted } from './granted.js'

const STORED = { result: { changed: true, pending: false }, again: false }
const crowded = (newClients: number) => ({
  result: { changed: false, pending: false, newClients },
  again: false,
})

/** Sends an update whose new clients are these each time that it comes; what happened, in order. */
function sending(...newClients: readonly number[]) {
  const happened: string[] = []
  const left = [...newClients]
  const send = async (clients = Infinity) => {
    happened.push(`send ${clients}`)
    const needed = left.shift() ?? 0
    return needed > clients ? crowded(needed) : STORED
  }
  const grant = async (clients: number) => void happened.push(`grant ${clients}`)
  const confirm = async () => void happened.push('confirm')
  return { happened, send, grant, confirm }
}

it('[DO63] an update is acknowledged only if all its new clients were granted, however often they become more', async () => {
  const { happened, send, grant } = sending(2, 5, 6)
  expect(await sendGranted(send, { grant })).toEqual(STORED)
  expect(happened).toEqual([
    'send 0',
    'grant 2',
    'send 2',
    'grant 3',
    'send 5',
    'grant 1',
    'send 6',
  ])
})

it('[DO63] an update is sent once if nothing has to be granted', async () => {
  const { happened, send, grant } = sending(0)
  expect(await sendGranted(send, { grant })).toEqual(STORED)
  expect(await sendGranted(send, {})).toEqual(STORED)
  expect(happened).toEqual(['send 0', 'send Infinity'])
})

it('[LK13] an update is confirmed right before each time that it is sent', async () => {
  const { happened, send, grant, confirm } = sending(2)
  expect(await sendGranted(send, { grant, confirm })).toEqual(STORED)
  expect(happened).toEqual(['confirm', 'send 0', 'grant 2', 'confirm', 'send 2'])
})
