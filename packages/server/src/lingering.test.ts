import { expect, it } from 'vitest'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import { Lingering } from './lingering.js'

const MS = 5_000

function start() {
  const clock = new VirtualClock()
  const lingering = new Lingering(MS, clock)
  const ends: string[] = []
  const add = (room: string, id: string) =>
    lingering.add(room, id, () => void ends.push(`${room} ${id}`))
  return { clock, lingering, ends, add }
}

it('[MS14] an end is put off for a time, and happens once', async () => {
  const { clock, ends, add, lingering } = start()
  add('x', 'ann')
  await clock.pass(MS - 100, () => {})
  expect(ends).toEqual([])
  await clock.pass(200, () => {})
  expect(ends).toEqual(['x ann'])
  lingering.takeOver('x', 'ann')
  lingering.finish()
  expect(ends).toEqual(['x ann'])
})

it('[MS14] a stream that takes over ends all that was put off for its member, and for nobody else', async () => {
  const { clock, ends, add, lingering } = start()
  add('x', 'ann')
  add('x', 'ann')
  add('x', 'bob')
  add('y', 'ann')
  lingering.takeOver('x', 'ann')
  expect(ends).toEqual(['x ann', 'x ann'])
  await clock.pass(MS + 100, () => {})
  expect(ends.slice(2).toSorted()).toEqual(['x bob', 'y ann'])
})

it('[MS14] a server that ends puts off nothing any more', async () => {
  const { clock, ends, add, lingering } = start()
  add('x', 'ann')
  lingering.finish()
  add('x', 'bob')
  expect(ends).toEqual(['x ann', 'x bob'])
  await clock.pass(MS + 100, () => {})
  expect(ends).toHaveLength(2)
})
