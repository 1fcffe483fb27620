import { expect, it } from 'vitest'
import { resolveOptions } from '../options.js'
import { DataFolder } from './data-folder.js'
import { Documents } from './documents.js'

const NO_LOG = { info: () => {}, warn: () => {}, error: () => {} }

it('[AD8] a record has at most 64 KiB', async () => {
  const folder = new DataFolder(undefined)
  const documents = new Documents(resolveOptions({}), folder, NO_LOG, () => performance.now())
  const put = (json: string) => documents.catalog.putRecord('one', { json }, 0)
  await expect(put(`"${'ü'.repeat(32_768)}"`)).rejects.toThrow(RangeError)
  await expect(put('x'.repeat(65_537))).rejects.toThrow(RangeError)
})
