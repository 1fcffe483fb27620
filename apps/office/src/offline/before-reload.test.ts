import { afterEach, expect, it, vi } from 'vitest'
import { beforeReload, finishAll } from './before-reload.js'

afterEach(() => vi.unstubAllGlobals())

it('[OF46] what fails before a reload is reported, and holds up neither the rest nor the reload', async () => {
  const reported: unknown[] = []
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
  const fault = new Error('a cell that can’t be closed')
  const done: string[] = []
  beforeReload(() => Promise.reject(fault))
  beforeReload(async () => done.push('the next'))
  await finishAll()
  expect(done).toEqual(['the next'])
  expect(reported).toEqual([fault])
})
