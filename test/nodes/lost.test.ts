import { afterAll, beforeAll, expect, it } from 'vitest'
import { postUpdate, syncDocument, TestDocument } from 'whereabouts-conformance/document'
import { TestRoom } from 'whereabouts-conformance/room'
import { newPlace, type Place } from './place.js'

const NOTHING = new Uint8Array()
const ROUNDS = 5
let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

it('[DO96 DO47] two nodes that get a lost document back, and a third where another one is begun, have one document', async () => {
  const nodes = await Promise.all([place.node(), place.node(), place.node()])
  for (let round = 0; round < ROUNDS; round++) {
    const rooms = nodes.map((node) => new TestRoom(node.baseUrl, `lost-${round}`))
    // Each node knows that there is none.
    for (const room of rooms) expect((await syncDocument(room, NOTHING)).incarnation).toBe('.0')
    const lost = { incarnation: '0-lost' }
    const posts = rooms.map((room, index) =>
      postUpdate(room, new TestDocument(room).write(`A${index}`), {}, index < 2 ? lost : {}),
    )
    const statuses = (await Promise.all(posts)).map(({ status }) => status)
    const { incarnation } = await syncDocument(rooms[0]!, NOTHING)
    const isBack = incarnation === lost.incarnation
    expect(statuses).toEqual(isBack ? [200, 200, 200] : [410, 410, 200])
    for (const room of rooms) {
      await expect
        .poll(async () => {
          const said = await syncDocument(room, NOTHING)
          const { cells } = new TestDocument(room).take(said.update)
          return [said.incarnation, Object.keys(cells as object).toSorted()]
        })
        .toEqual([incarnation, isBack ? ['A0', 'A1', 'A2'] : ['A2']])
    }
  }
})
