import { expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { Faults } from './faults.js'
import { Undrained } from './undrained.js'

const STUCK_MS = 1_000

function start() {
  const clock = new VirtualClock()
  const undrained = new Undrained(STUCK_MS, clock, new Faults(() => {}))
  const ended: string[] = []
  const connection = (name: string) => ({
    destroy: () => ended.push(name),
    fail: () => ended.push(`${name} failed`),
  })
  return { clock, undrained, ended, connection }
}

it('[FR5] a connection that doesn’t drain in time is closed, each at its own time', () => {
  const { clock, undrained, ended, connection } = start()
  undrained.add(connection('first'))
  clock.advance(400)
  undrained.add(connection('second'))
  clock.advance(599)
  expect(ended).toEqual([])
  clock.advance(1)
  expect(ended).toEqual(['first'])
  clock.advance(400)
  expect(ended).toEqual(['first', 'second'])
})

it('[FR5] a connection that drains in time stays open, however often it fills up', () => {
  const { clock, undrained, ended, connection } = start()
  const reader = connection('reader')
  for (let round = 0; round < 5; round++) {
    undrained.add(reader)
    clock.advance(STUCK_MS - 100)
    undrained.delete(reader)
    clock.advance(100)
  }
  expect(ended).toEqual([])
  undrained.add(reader)
  clock.advance(STUCK_MS)
  expect(ended).toEqual(['reader'])
})
