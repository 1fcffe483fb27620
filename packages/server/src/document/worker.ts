import { parentPort, workerData } from 'node:worker_threads'
import { Problem } from '@whereabouts/protocol'
import { DocumentKeeper } from './keeper.js'
import type {
  Answer,
  CatalogRequest,
  DocumentSettings,
  Numbered,
  Opened,
  Request,
  Results,
} from './messages.js'

import { Occupation } from './occupation.js'
import type { DocumentStore, RoomCatalog, UntoldRooms } from './store.js'
import { storeFailed } from './store-failed.js'
import { openStoreModule } from './store-module.js'

// The worker thread of the documents. Its work may take long, as no stream waits for it.

const TIDY_MS = 1_000

type CatalogResult = Results[keyof RoomCatalog]

const port = parentPort!
const settings = workerData as DocumentSettings
const occupation = new Occupation(settings.occupation)

try {
  serve(await openStoreModule(settings.store, settings.isShared))
  port.postMessage({ opened: true } satisfies Opened)
} catch (error) {
  const fault = error instanceof Error ? error.message : String(error)
  port.postMessage({ opened: false, fault } satisfies Opened)
}

function serve(store: DocumentStore): void {
  const keeper = new DocumentKeeper(store, settings, () => performance.now(), occupation)
  setInterval(() => keeper.tidy(), TIDY_MS).unref()
  port.on('message', (request: Numbered) => {
    void answer(request.number, perform(keeper, store, request))
  })
}

function perform(
  keeper: DocumentKeeper,
  store: DocumentStore,
  request: Numbered,
): Promise<Results[keyof Results]> {
  switch (request.call) {
    case 'update':
    case 'import':
    case 'read':
    case 'sync':
    case 'remove':
    case 'release':
    case 'learn':
      return performOnDocument(keeper, request)
    case 'note':
    case 'untold':
    case 'told':
      return worked(performUntold(request, store.untold))
    case 'count':
      return Promise.resolve(keeper.count())
    case 'check':
      return worked(store.check()).then(() => undefined)
    case 'close':
      return store.close().then(() => undefined)
    default:
      return worked(askCatalog(store, request))
  }
}

type OnDocument = 'update' | 'import' | 'read' | 'sync' | 'remove' | 'release' | 'learn'

async function performOnDocument(
  keeper: DocumentKeeper,
  request: Numbered & { readonly call: OnDocument },
): Promise<Results[OnDocument]> {
  const { roomName } = request
  switch (request.call) {
    case 'update':
      return keeper.update(roomName, request.bytes, request.number, request.incarnation)
    case 'import':
      await keeper.import(roomName, request.bytes)
      return undefined
    case 'read':
      if (request.isFresh) await keeper.learn(roomName, undefined)
      return keeper.read(roomName, request.stateVector, request.number)
    case 'sync':
      if (request.isFresh) await keeper.learn(roomName, undefined)
      return keeper.sync(roomName, request.stateVector, request.number)
    case 'remove':
      return keeper.remove(request.removal)
    case 'release':
      keeper.release(roomName)
      return undefined
    case 'learn':
      await keeper.learn(roomName, request.bytes)
      return undefined
  }
}

function askCatalog<Name extends keyof RoomCatalog>(
  store: RoomCatalog,
  { call, args }: CatalogRequest<Name>,
): Promise<CatalogResult> {
  const ask = store[call] as (...args: readonly unknown[]) => Promise<CatalogResult>
  return ask.apply(store, args)
}

/** @param untold omitted if no other node uses the store */
async function performUntold(
  request: Request & { readonly call: 'note' | 'untold' | 'told' },
  untold: UntoldRooms | undefined,
): Promise<Results['note' | 'untold' | 'told']> {
  switch (request.call) {
    case 'note':
      await untold?.note(request.roomName)
      return undefined
    case 'untold':
      return (await untold?.list()) ?? []
    case 'told':
      await untold?.told(request.told)
      return undefined
  }
}

/** @throws {Problem} store-failed if the work rejects */
async function worked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw storeFailed(error)
  }
}

async function answer(number: number, result: Promise<Results[keyof Results]>): Promise<void> {
  try {
    const value = await result
    port.postMessage({ number, result: value } satisfies Answer, transferred(value))
  } catch (error) {
    port.postMessage(refusal(number, error))
  }
}

/** Returns the buffers to transfer instead of copying. */
function transferred(value: Results[keyof Results]): ArrayBuffer[] {
  return value instanceof Uint8Array ? [value.buffer] : []
}

function refusal(number: number, error: unknown): Answer {
  if (!(error instanceof Problem)) {
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return {
      number,
      problem: 'internal',
      detail: 'The server failed. Try again later.',
      extensions: {},
      cause,
    }
  }
  const { problem, detail, extensions } = error
  const cause = typeof error.cause === 'string' ? error.cause : undefined
  return { number, problem, detail, extensions, cause }
}
