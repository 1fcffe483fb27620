import { expect, it } from 'vitest'
import type { Visible } from './visits.js'
import { MOST_READERS, readersShown } from './inspections.js'

const viewer: Visible = {
  reader: {
    transport: 'stream',
    view: 'patch',
    documents: true,
    part: undefined,
    version: undefined,
    ready: true,
  },
  members: [],
}

it('[IN7] of many readers, some are listed and the others counted', () => {
  const all = readersShown(
    Array.from({ length: MOST_READERS + 7 }, () => viewer),
    undefined,
  )
  expect(all.readers).toHaveLength(1_000)
  expect(all.unlisted).toBe(7)
  expect(readersShown([viewer], undefined)).toEqual({
    readers: [{ transport: 'stream', members: [], view: 'patch', document: true }],
    unlisted: 0,
  })
})
