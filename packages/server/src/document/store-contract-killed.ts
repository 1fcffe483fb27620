import { FIRST_INCARNATION, type StoreModule } from './store.js'
import { openStoreModule } from './store-module.js'

// This process uses a store, and is killed as soon as it reports that it is done.

/** The data to store: two updates, the first of which a snapshot replaces. */
export interface KilledTask {
  readonly store: StoreModule
  readonly roomName: string
  readonly snapshot: Uint8Array
}

/** The writes that the store acknowledged. */
export interface KilledAnswer {
  readonly generation: number | undefined
  readonly later: number | undefined
  readonly error?: string
}

process.once('message', (task: KilledTask) => {
  perform(task).then(answer, (error: unknown) => {
    answer({ generation: undefined, later: undefined, error: String(error) })
  })
})

async function perform({ store: module, roomName, snapshot }: KilledTask): Promise<KilledAnswer> {
  const store = await openStoreModule(module)
  const room = { roomName, incarnation: FIRST_INCARNATION }
  const [first] = await store.append([{ ...room, bytes: Uint8Array.of(1) }])
  const generation = await store.compact({ ...room, base: 0, snapshot, numbers: [first!] })
  const [later] = await store.append([{ ...room, bytes: Uint8Array.of(2) }])
  return { generation, later }
}

function answer(said: KilledAnswer): void {
  process.send?.(said)
}
