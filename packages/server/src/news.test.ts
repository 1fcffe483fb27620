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
  maxRecentDocumentBytes: 4,
  maxRecentBroadcastBytes: 1_000,
  frameIntervalMs: 33,
  frameCostMs: 1,
}

/** An update of Yjs with nothing in it. */
const EMPTY_UPDATE = Uint8Array.of(0, 0)

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
  for (let count = 0; count < 9; count++) {
    positions.push(await visit(`member ${count}`))
    if (count % 2 === 1) await rooms.update('budget', { changed: true, bytes: EMPTY_UPDATE })
  }
  const readAll = (documents: boolean) =>
    Promise.all(positions.map((position) => read(position, documents)))
  const [whole, ...others] = await readAll(false)
  expect(whole).toBeDefined()
  expect(others.map((text) => text === whole)).toEqual([
    ...Array(5).fill(true),
    false,
    false,
    false,
  ])
  const [dropped, second, third, fourth, fifth, sixth, seventh] = await readAll(true)
  expect([second, third, fourth].map((text) => text === dropped)).toEqual([true, true, true])
  expect([fifth === dropped, sixth === fifth, seventh === fifth]).toEqual([false, true, false])
})
