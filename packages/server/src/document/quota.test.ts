import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { askedByApplication as room, type AskedRoom } from './asked-room.js'
import { Quotas } from './quota.js'

/** A store of given sizes, and quotas for it. */
function quotas(limits: { all?: number; owner?: number }) {
  const stored = { all: 0, byOwner: new Map<string, number>() }
  const asked: string[] = []
  const time = { nowMs: 0 }
  const catalog = {
    totals: async (owner?: string) => {
      const bytes = owner === undefined ? stored.all : (stored.byOwner.get(owner) ?? 0)
      return { documents: 0, commented: 0, bytes, records: 0, recordBytes: 0, named: 0, removed: 0 }
    },
    standing: async ({ roomName }: AskedRoom) => {
      asked.push(roomName)
      const isOwned = !['nobody’s', 'new'].includes(roomName)
      const info = { roomName, bytes: 0, createdAtMs: 0, updatedAtMs: 0, usedAtMs: 0 }
      return {
        incarnation: '0',
        record: isOwned ? { revision: 1, json: '{}', owner: 'ada' } : undefined,
        info: ['new', 'comments~r'].includes(roomName) ? undefined : info,
      }
    },
    outdate: () => {},
  }
  const { all = 0, owner = 0 } = limits
  const both = { maxStoredBytes: all, maxOwnerBytes: owner }
  return {
    stored,
    asked,
    time,
    quotas: new Quotas(both, catalog, () => time.nowMs, { warn: () => {} }),
  }
}

const full = expect.objectContaining({ problem: 'storage-full' }) as Error

it('[BU18] what is given back is free again, what is stored is not, and neither is what is on its way', async () => {
  const { quotas: of } = quotas({ all: 100, owner: 100 })
  for (let count = 0; count < 5; count++) (await of.take(room('r'), 60)).giveBack()
  const one = await of.take(room('r'), 60)
  await expect(of.take(room('r'), 60)).rejects.toEqual(full)
  one.stored()
  await expect(of.take(room('r'), 60)).rejects.toEqual(full)
  ;(await of.take(room('r'), 40)).stored()
  await expect(of.take(room('r'), 1)).rejects.toEqual(full)
})

it('[BU18] what an owner has no space for takes none of all', async () => {
  const { quotas: of } = quotas({ all: 100, owner: 10 })
  for (let count = 0; count < 20; count++)
    await expect(of.take(room('r'), 50)).rejects.toEqual(full)
  ;(await of.take(room('nobody’s'), 100)).stored()
})

it('[BU18] an update on its way counts when the store is asked meanwhile', async () => {
  const { quotas: of, stored, time } = quotas({ all: 100 })
  const one = await of.take(room('r'), 60)
  time.nowMs += 20_000
  stored.all = 30
  await expect(of.take(room('r'), 20)).rejects.toEqual(full)
  one.giveBack()
  ;(await of.take(room('r'), 70)).stored()
  await expect(of.take(room('r'), 1)).rejects.toEqual(full)
})

it('[BU11] [BU18] the first update of a document counts for who becomes its owner', async () => {
  const { quotas: of, asked, stored } = quotas({ owner: 1_200 })
  const by = (owner: string) => ({ json: '{}', owner })
  stored.byOwner.set('eve', 160)
  await expect(of.take(room('new'), 20, by('eve'))).rejects.toEqual(full)
  ;(await of.take(room('new'), 20, by('bob'))).stored()
  expect(asked).toEqual([])
})

it('[BU25] a document counts 512 bytes and its content, and so does its record', async () => {
  const { quotas: of } = quotas({ all: 2 * 512 + 100 })
  const space = await of.take(room('new'), 100 - 2, { json: '{}' })
  await expect(of.take(room('r'), 1)).rejects.toEqual(full)
  space.giveBack()
  await expect(of.take(room('new'), 2 * 512 + 100)).rejects.toEqual(full)
  ;(await of.take(room('r'), 2 * 512 + 100)).giveBack()
  const record = (json: string) => ({ before: { json: '{}' }, after: { json }, isNew: false })
  await expect(of.takeRecord(record('x'.repeat(2_000)))).rejects.toEqual(full)
  const made = { before: undefined, after: { json: 'ü'.repeat(50) }, isNew: true }
  ;(await of.takeRecord(made)).stored()
  await expect(of.takeRecord(record('{ }'))).rejects.toEqual(full)
})

it('[BU26] a record that gets no larger needs no space', async () => {
  const { quotas: of, stored } = quotas({ all: 100, owner: 100 })
  stored.all = 1_000
  const smaller = { before: { json: '{"a":1}' }, after: { json: '{"a":2}' }, isNew: false }
  ;(await of.takeRecord(smaller)).stored()
  await expect(of.takeRecord({ ...smaller, isNew: true })).rejects.toEqual(full)
})

it('[SR24] an update on its way counts for who accepts the document', async () => {
  const { quotas: of } = quotas({ owner: 1_400 })
  const bob = { json: '{}', owner: 'bob' }
  const heavy = await of.take(room('r'), 400)
  await expect(of.takeOver(room('r'), bob)).rejects.toEqual(full)
  heavy.giveBack()
  const light = await of.take(room('r'), 300)
  const over = await of.takeOver(room('r'), bob)
  over.giveBack()
  light.stored()
  ;(await of.takeOver(room('r'), bob)).stored()
})

it('[SR24] an update waits while its document is accepted, and counts for the owner that it has then', async () => {
  const { quotas: of, asked } = quotas({ owner: 1_400 })
  const over = await of.takeOver(room('r'), { json: '{}', owner: 'bob' })
  const told: string[] = []
  const update = of.take(room('r'), 100).then(() => told.push('reserved'))
  ;(await of.take(room('another'), 100)).giveBack()
  expect(told).toEqual([])
  const before = asked.length
  over.stored()
  await update
  expect(asked.slice(before)).toEqual(['r'])
  await expect(of.takeOver(room('r'), { json: 'x'.repeat(1_400), owner: 'eve' })).rejects.toEqual(
    full,
  )
  await of.take(room('r'), 1)
})

it('[SR24] an update that comes right before its document is accepted counts for it', async () => {
  const { quotas: of } = quotas({ owner: 1_400 })
  const update = of.take(room('r'), 400)
  await expect(of.takeOver(room('r'), { json: '{}', owner: 'bob' })).rejects.toEqual(full)
  ;(await update).giveBack()
})

it('[SR24] an update also waits while its document is accepted again', async () => {
  const { quotas: of } = quotas({ owner: 1_400 })
  const accept = (owner: string) => of.takeOver(room('r'), { json: '{}', owner })
  const first = await accept('bob')
  const told: string[] = []
  const update = of.take(room('r'), 100).then(() => told.push('reserved'))
  first.giveBack()
  const second = await accept('eve')
  await setImmediate()
  expect(told).toEqual([])
  second.giveBack()
  await update
  expect(told).toEqual(['reserved'])
})

it('[CM4] comments take space of the owner of their document, also while it gets another one', async () => {
  const { quotas: of, asked } = quotas({ owner: 2_100 })
  const comment = await of.take(room('comments~q'), 400)
  expect(asked).toContain('q')
  const bob = { json: '{}', owner: 'bob' }
  const over = of.takeOver(room('q'), bob)
  await expect(over).resolves.toBeDefined()
  const told: string[] = []
  const waiting = of.take(room('comments~q'), 1).then(() => told.push('reserved'))
  await setImmediate()
  expect(told).toEqual([])
  ;(await over).giveBack()
  await waiting
  comment.stored()
  // Content on its way, and three rows: of the document, its record and its comments.
  await expect(of.takeOver(room('q'), { json: 'x'.repeat(600), owner: 'eve' })).rejects.toEqual(
    full,
  )
})
