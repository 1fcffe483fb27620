import { expect, it } from 'vitest'
import { Expenses } from './expenses.js'

function start() {
  const clock = { nowMs: 0 }
  return { clock, expenses: new Expenses(() => clock.nowMs) }
}

it('[DO18] a room that used more processor time recently comes later, and old use counts for little', () => {
  const { clock, expenses } = start()
  for (let looks = 0; looks < 40; looks++) expenses.charge('costly', 50)
  expenses.charge('usual', 50)
  expect(expenses.levelOf('costly')).toBe(8)
  for (const room of ['usual', 'new']) expect(expenses.levelOf(room)).toBe(0)
  clock.nowMs += 15_000
  expect(expenses.levelOf('costly')).toBe(4)
  clock.nowMs += 60_000
  expect(expenses.levelOf('costly')).toBe(0)
})

it('[DO18] a request is expected to take as long as the room’s earlier requests', () => {
  const { clock, expenses } = start()
  expect(expenses.expectedMs('new')).toBe(0)
  for (const room of ['costly', 'busy'])
    for (let looks = 0; looks < 10; looks++) expenses.charge(room, 50)
  for (let count = 0; count < 4; count++) expenses.answered('costly')
  for (let count = 0; count < 500; count++) expenses.answered('busy')
  expect(expenses.expectedMs('costly')).toBe(125)
  expect(expenses.expectedMs('busy')).toBe(1)
  clock.nowMs += 15_000
  expect(expenses.expectedMs('costly')).toBe(125)
  clock.nowMs += 150_000
  expenses.charge('other', 50)
  expect(expenses.expectedMs('costly')).toBe(0)
})
