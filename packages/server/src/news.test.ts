import { expect, it } from 'vitest'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import { AnswerTexts } from './answer-texts.js'
import { newsText } from './news.js'
import { LocalRooms } from './rooms/local-rooms.js'
import { Faults } from './stream/faults.js'

const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 10,
  maxLeavers: 2,
  maxRooms: 2,
  maxRecentDocumentBytes: 2,
  frameIntervalMs: 33,
  frameShareMs: 1,
}

it('[FR28] makes one text for all old positions whose readers lack the same', async () => {
  const hooks = {
    faults: new Faults(() => {}),
    merge: (updates: readonly Uint8Array[]) => updates,
    emptied: () => {},
  }
  const rooms = new LocalRooms(LIMITS, new VirtualClock(), hooks, () => 0)
  const texts = new AnswerTexts(100_000)
  const read = (since: string, documents: boolean) =>
    rooms.look('budget', (room) => newsText(room, texts, { since, documents, part: undefined }))
  const visit = async (id: string) => {
    const room = rooms.open('budget')
    await room.commit({ do: 'move', id, user: {}, location: 1 })
    return room.commit({ do: 'leave', id })
  }
  // Only the last leaves are known, and only the last updates.
  const positions: string[] = []
  for (let count = 0; count < 6; count++) {
    positions.push(await visit(`member ${count}`))
    if (count % 2 === 1)
      await rooms.update('budget', { changed: true, bytes: Uint8Array.of(count) })
  }
  const readAll = (documents: boolean) =>
    Promise.all(positions.map((position) => read(position, documents)))
  const [dropped, ...others] = await readAll(false)
  expect(dropped).toBeDefined()
  expect(others.map((text) => text === dropped)).toEqual([true, true, true, false, false])
  const [first, second, third, fourth, fifth] = await readAll(true)
  expect([second === first, third === first]).toEqual([true, false])
  expect([fourth === third, fifth === third]).toEqual([true, false])
})
