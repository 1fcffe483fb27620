import { expect, it } from 'vitest'
import { Quotas } from './quota.js'

/** A store of given sizes, and quotas for it. */
function quotas(limits: { all?: number; owner?: number }) {
  const stored = { all: 0, byOwner: new Map<string, number>() }
  const asked: string[] = []
  const time = { nowMs: 0 }
  const catalog = {
    totals: async (owner?: string) => {
      const bytes = owner === undefined ? stored.all : (stored.byOwner.get(owner) ?? 0)
      return { documents: 1, bytes }
    },
    about: async () => undefined,
    getRecord: async (roomName: string) => {
      asked.push(roomName)
      return roomName === 'nobody’s' ? undefined : { revision: 1, json: '{}', owner: 'ada' }
    },
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
  for (let count = 0; count < 5; count++) (await of.take('r', 60)).giveBack()
  const one = await of.take('r', 60)
  await expect(of.take('r', 60)).rejects.toEqual(full)
  one.stored()
  await expect(of.take('r', 60)).rejects.toEqual(full)
  ;(await of.take('r', 40)).stored()
  await expect(of.take('r', 1)).rejects.toEqual(full)
})

it('[BU18] what an owner has no space for takes none of all', async () => {
  const { quotas: of } = quotas({ all: 100, owner: 10 })
  for (let count = 0; count < 20; count++) await expect(of.take('r', 50)).rejects.toEqual(full)
  ;(await of.take('nobody’s', 100)).stored()
})

it('[BU18] an update on its way counts when the store is asked meanwhile', async () => {
  const { quotas: of, stored, time } = quotas({ all: 100 })
  const one = await of.take('r', 60)
  time.nowMs += 20_000
  stored.all = 30
  await expect(of.take('r', 20)).rejects.toEqual(full)
  one.giveBack()
  ;(await of.take('r', 70)).stored()
  await expect(of.take('r', 1)).rejects.toEqual(full)
})

it('[BU11] [BU18] the first update of a document counts for who becomes its owner', async () => {
  const { quotas: of, asked, stored } = quotas({ owner: 100 })
  stored.byOwner.set('eve', 90)
  await expect(of.take('nobody’s', 20, 'eve')).rejects.toEqual(full)
  ;(await of.take('nobody’s', 20, 'bob')).stored()
  expect(asked).toEqual([])
})
