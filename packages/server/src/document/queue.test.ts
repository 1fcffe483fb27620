import { expect, it } from 'vitest'
import { FairQueue, Loads } from './queue.js'

const item = (roomName: string, bytes = 0) => ({ roomName, bytes })

it('[DO18] rooms take turns, however many requests of each are waiting', () => {
  const queue = new FairQueue()
  for (let count = 0; count < 3; count++) queue.add(item('loud', count))
  queue.add(item('quiet', 7))
  const order = []
  for (let next = queue.take(() => true); next !== undefined; next = queue.take(() => true)) {
    order.push(next)
  }
  expect(order).toEqual([item('loud', 0), item('quiet', 7), item('loud', 1), item('loud', 2)])
  expect(queue.isEmpty).toBe(true)
})

it('[DO18] requests that can’t go yet keep their turn and their order', () => {
  const queue = new FairQueue()
  for (const each of [item('full', 1), item('full', 2), item('other', 3)]) queue.add(each)
  expect(queue.take(({ roomName }) => roomName !== 'full')).toEqual(item('other', 3))
  expect(queue.take(({ roomName }) => roomName !== 'full')).toBeUndefined()
  expect(queue.take(() => true)).toEqual(item('full', 1))
})

it('[DO18] rooms of a lower level come first, and rooms of the same level take turns', () => {
  const queue = new FairQueue()
  for (const roomName of ['dear', 'dear', 'dearest', 'cheap', 'dear too']) queue.add(item(roomName))
  const levels: { [roomName: string]: number } = { dear: 1, 'dear too': 1, dearest: 2, cheap: 0 }
  const take = () =>
    queue.take(
      () => true,
      ({ roomName }) => levels[roomName]!,
    )?.roomName
  const order = Array.from({ length: 5 }, take)
  expect(order).toEqual(['cheap', 'dear', 'dear too', 'dear', 'dearest'])
  expect(take()).toBeUndefined()
})

it('[DO17] requests that are put back come before later ones', () => {
  const queue = new FairQueue()
  queue.add(item('one', 3))
  queue.requeue([item('one', 1), item('two', 9), item('one', 2)])
  expect(queue.hasOthersThan('two')).toBe(true)
  expect(queue.takeAll()).toEqual([item('one', 1), item('one', 2), item('one', 3), item('two', 9)])
  expect(queue.hasOthersThan('two')).toBe(false)
})

it('[DO43] a room’s load and the total load are limited, but any request fits on its own', () => {
  const loads = new Loads({ count: 2, bytes: 100 }, { count: 3, bytes: 150 })
  expect(loads.hasCapacityFor(item('one', 1_000))).toBe(true)
  loads.add(item('one', 60))
  expect(loads.hasCapacityFor(item('one', 50))).toBe(false)
  expect(loads.hasCapacityFor(item('two', 100))).toBe(false)
  loads.add(item('one', 10))
  expect(loads.hasCapacityFor(item('one', 0))).toBe(false)
  loads.add(item('two', 10))
  expect(loads.hasCapacityFor(item('three', 0))).toBe(false)
  expect(loads.isFull).toBe(true)
  loads.remove(item('one', 60))
  expect(loads.hasCapacityFor(item('one', 50))).toBe(true)
})

it('[DO18] removing a request of a room leaves its other requests in order, and the room’s turn', () => {
  const queue = new FairQueue()
  for (const each of [item('one', 1), item('one', 2), item('two', 3), item('one', 4)])
    queue.add(each)
  expect(queue.find('one', ({ bytes }) => bytes > 1)).toEqual(item('one', 2))
  expect(queue.find('none', () => true)).toBeUndefined()
  expect(queue.remove('one', ({ bytes }) => bytes === 2)).toEqual([item('one', 2)])
  expect(queue.takeAll()).toEqual([item('one', 1), item('one', 4), item('two', 3)])
  expect(queue.isEmpty).toBe(true)
})

const read = (reader: string, bytes = 0) => ({ roomName: 'one', bytes, reader })

function all<T>(queue: { take(canGo: () => boolean): T | undefined }): T[] {
  const taken: T[] = []
  for (let next = queue.take(() => true); next !== undefined; next = queue.take(() => true))
    taken.push(next)
  return taken
}

it('[DO61] what isn’t a read passes the reads of its room', () => {
  const queue = new FairQueue()
  const reads = [read('eve', 1), read('eve', 2), read('ann', 3)]
  for (const each of reads) queue.add(each)
  for (const each of [item('one', 4), item('one', 5)]) queue.add(each)
  expect(all(queue)).toEqual([item('one', 4), item('one', 5), reads[0], reads[2], reads[1]])
  expect(queue.isEmpty).toBe(true)
})

it('[DO61] a read that 32 have passed has its place behind those that are there, and before later ones', () => {
  const queue = new FairQueue()
  queue.add(read('ann'))
  for (let index = 0; index < 40; index++) queue.add(item('one', index))
  for (let index = 0; index < 32; index++) queue.take(() => true)
  for (let index = 40; index < 80; index++) queue.add(item('one', index))
  expect(all(queue).findIndex((each) => 'reader' in each)).toBe(8)
})

it('[DO62] a read that accounts share is taken once, when the first of them has its turn', () => {
  const queue = new FairQueue<ReturnType<typeof read>>()
  const eve = Array.from({ length: 100 }, (_, index) => read('eve', index))
  for (const each of eve) queue.add(each)
  expect(queue.join(eve[99]!, 'ann')).toBe(true)
  expect(queue.join(read('ann', 99), 'ann')).toBe(false)
  const order = all(queue)
  expect(order).toHaveLength(100)
  expect(order[1]).toBe(eve[99])
})

it('[DO61] [DO62] nothing joins a read that has its place, since what it lacks may be there already', () => {
  const queue = new FairQueue<{ roomName: string; bytes: number; reader?: string }>()
  const first = read('ann')
  queue.add(first)
  for (let index = 0; index < 40; index++) queue.add(item('one', index))
  for (let index = 0; index < 31; index++) queue.take(() => true)
  expect(queue.join(first, 'bob')).toBe(true)
  queue.take(() => true)
  expect(queue.join(first, 'bob')).toBe(false)
  expect(all(queue).filter((each) => each === first)).toHaveLength(1)
})
