import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Batch } from './exchange.js'
import { InOrder } from './in-order.js'
import { nodeId } from '../../../../test/exchange/node-id.js'

const batch = (number: number): Batch<string> => ({
  number,
  atMs: 0,
  node: nodeId('a'),
  operations: ['1'],
})

it('[EX1] passes each batch on once and in order, however the batches arrive', () => {
  const arrivals = fc.integer({ min: 1, max: 30 }).chain((last) =>
    fc.tuple(
      fc.shuffledSubarray(
        Array.from({ length: last }, (_, index) => index + 1),
        { minLength: last },
      ),
      fc.array(fc.integer({ min: 1, max: last })),
    ),
  )
  fc.assert(
    fc.property(arrivals, ([once, again]) => {
      const told: number[] = []
      const inOrder = new InOrder(0, ({ number }) => told.push(number))
      for (const [index, number] of once.entries()) {
        inOrder.offer(batch(number))
        if (again[index] !== undefined && once.slice(0, index).includes(again[index])) {
          inOrder.offer(batch(again[index]))
        }
        expect(inOrder.hasGap).toBe(told.length < index + 1)
      }
      expect(told).toEqual(once.toSorted((a, b) => a - b))
      expect(inOrder.number).toBe(once.length)
    }),
  )
})

it('passes on a batch that arrives during another one after that one', () => {
  const told: string[] = []
  const inOrder = new InOrder(5, ({ number }) => {
    told.push(`${number} begins`)
    if (number === 6) inOrder.offer(batch(7))
    told.push(`${number} ends`)
  })
  inOrder.offer(batch(5))
  inOrder.offer(batch(6))
  expect(told).toEqual(['6 begins', '6 ends', '7 begins', '7 ends'])
})
