import { expect, it } from 'vitest'
import { applyUpdate, Doc } from 'yjs'
import { mergeIntoOne, mergeUpdates } from './merge.js'

function typed(count: number): Uint8Array[] {
  const doc = new Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  for (let at = 0; at < count; at++) doc.getText('t').insert(at, String(at % 10))
  return updates
}

function textOf(updates: readonly Uint8Array[]): string {
  const doc = new Doc()
  for (const update of updates) applyUpdate(doc, update)
  return doc.getText('t').toString()
}

it('[DO31] a few updates are merged into one with the same content', () => {
  const updates = typed(40)
  const merged = mergeUpdates(updates)
  expect(merged).toHaveLength(1)
  expect(textOf(merged)).toBe(textOf(updates))
})

it('[DO31] many updates are merged into a few, and large ones are left as they are', () => {
  const updates = typed(1_000)
  const merged = mergeUpdates(updates)
  expect(merged.length).toBe(16)
  expect(textOf(merged)).toBe(textOf(updates))
  const doc = new Doc()
  const large: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => large.push(update))
  for (let time = 0; time < 3; time++) doc.getText('t').insert(0, 'x'.repeat(60_000))
  expect(mergeUpdates(large)).toEqual(large)
})

it('[DO31] updates that take long to merge are merged only in part, to spare the event loop', () => {
  const doc = new Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  for (let time = 0; time < 300; time++) doc.getText('t').insert(0, 'x'.repeat(1_000))
  const merged = mergeUpdates(updates)
  expect(merged.length).toBeGreaterThan(200)
  expect(textOf(merged)).toBe(textOf(updates))
})

it('[DO6] a few updates are merged into one; too many for one are not merged', () => {
  const updates = typed(40)
  expect(textOf([mergeIntoOne(updates)!])).toBe(textOf(updates))
  expect(mergeIntoOne(typed(1))).toBeInstanceOf(Uint8Array)
  expect(mergeIntoOne(typed(65))).toBeUndefined()
  expect(mergeIntoOne([])).toBeUndefined()
})

it('[DO31] merging no updates returns none, and merging one returns it unchanged', () => {
  expect(mergeUpdates([])).toEqual([])
  const [update] = typed(1)
  expect(mergeUpdates([update!])[0]).toBe(update)
})
