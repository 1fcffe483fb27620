import { expect, it } from 'vitest'
import {
  BATCH_CHARACTERS,
  BATCH_OPERATIONS,
  ExchangeLost,
  WAITING_CHARACTERS,
  WAITING_OPERATIONS,
} from './exchange.js'
import { Outbox } from './outbox.js'

const HALF = Array.from({ length: BATCH_OPERATIONS / 2 }, (_, index) => `${index}`)

it('gathers waiting operations into as few batches as possible, in order and without splitting an append', async () => {
  const outbox = new Outbox<string>((operation) => JSON.stringify(operation))
  const numbers = [HALF, HALF, ['a'], HALF].map((operations) => outbox.add(operations))
  const [first, second] = [outbox.take()!, outbox.take()!]
  expect(first.operations).toEqual([...HALF, ...HALF])
  expect(second.operations).toEqual(['a', ...HALF])
  expect(outbox.take()).toBeUndefined()
  first.delivered(1)
  second.delivered(2)
  expect(await Promise.all(numbers)).toEqual([1, 1, 2, 2])
})

it('puts at most so many characters into a batch, unless a single operation is larger', () => {
  const outbox = new Outbox<string>((operation) => JSON.stringify(operation))
  const large = 'x'.repeat(BATCH_CHARACTERS * 2)
  for (const operations of [['a'], [large], ['b'], ['c']]) void outbox.add(operations)
  const parcels = [outbox.take(), outbox.take(), outbox.take()]
  expect(parcels.map((parcel) => parcel?.operations)).toEqual([['a'], [large], ['b', 'c']])
})

it('refuses operations beyond the limit of waiting ones, and accepts more when there is space again', async () => {
  const outbox = new Outbox<string>((operation) => JSON.stringify(operation))
  const most = WAITING_OPERATIONS / HALF.length
  const waiting = Array.from({ length: most }, () => outbox.add(HALF))
  await expect(outbox.add(['one more'])).rejects.toThrow(ExchangeLost)
  outbox.take()
  void outbox.add(['one more'])
  expect(waiting).toHaveLength(most)
})

it('accepts an operation that is larger than the limit only if nothing else is waiting', async () => {
  const outbox = new Outbox<string>((operation) => JSON.stringify(operation))
  const large = 'x'.repeat(WAITING_CHARACTERS + 1)
  void outbox.add([large])
  await expect(outbox.add(['a'])).rejects.toThrow(ExchangeLost)
  expect(outbox.take()?.operations).toEqual([large])
})

it('rejects all waiting operations when the exchange is lost, and then starts again', async () => {
  const outbox = new Outbox<string>((operation) => JSON.stringify(operation))
  const waiting = [outbox.add(['a']), outbox.add(['b'])]
  outbox.fail(new ExchangeLost('gone'))
  for (const appended of waiting) await expect(appended).rejects.toThrow('gone')
  expect(outbox.take()).toBeUndefined()
  const again = outbox.add(['c'])
  outbox.take()!.delivered(7)
  expect(await again).toBe(7)
})
