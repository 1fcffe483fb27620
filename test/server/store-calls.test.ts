import { expect, it } from 'vitest'
import { within } from 'whereabouts-conformance/deadline'
import { startPlain } from '../servers/plain.js'

/** Longer than a test. */
const LONG_MS = 600_000

it('[RS13] onStoreDocument is called before the application ends what it needs for that', async () => {
  let call!: (roomName: string) => void
  const called = new Promise<string>((resolve) => {
    call = resolve
  })
  await using server = await startPlain({
    onStoreDocument: (roomName) => call(roomName),
    storeDebounceMs: LONG_MS,
    storeMaxWaitMs: LONG_MS,
  })
  const { whereabouts } = server
  await whereabouts.rooms.transact('waits', (doc) => doc.getArray('rows').push([1]))
  await whereabouts.close(async () => {
    expect(await within(called, 'the call')).toBe('waits')
  })
})
