import { parentPort, workerData } from 'node:worker_threads'
import { Problem } from '@whereabouts/protocol'
import { storeFailed } from '../store-failed.js'
import { DocumentKeeper } from './keeper.js'
import type { Finding } from './inquiry.js'
import type {
  Answer,
  CatalogCall,
  CatalogRequest,
  DocumentSettings,
  End,
  ListsCall,
  ListsRequest,
  Numbered,
  Opened,
  Request,
  Results,
} from './messages.js'
import { Occupation } from './occupation.js'
import type { Catalog, DocumentStore, Standing } from './store.js'
import { openStoreModule } from './store-module.js'
import { answered, Versions } from './versions.js'

// The worker thread of the documents. Its work may take long, as no stream waits for it.

const TIDY_MS = 1_000

type CatalogResult = Results[CatalogCall]

const port = parentPort!
const settings = workerData as DocumentSettings
const occupation = new Occupation(settings.occupation)

try {
  const store = await openStoreModule(settings.store, settings.isShared)
  serve(store)
  const keepsLists = store.lists !== undefined
  port.postMessage({ opened: true, keepsLists } satisfies Opened)
} catch (error) {
  const fault = error instanceof Error ? error.message : String(error)
  port.postMessage({ opened: false, fault } satisfies Opened)
}

function serve(store: DocumentStore): void {
  const keeper = new DocumentKeeper(store, settings, () => performance.now(), occupation)
  const versions = Versions.of(store, (roomName) => keeper.whole(roomName))
  setInterval(() => keeper.tidy(), TIDY_MS).unref()
  port.on('message', (request: Numbered | End) => {
    if (request === 'end') process.exit()
    void answer(request.number, perform(keeper, store, versions, request))
  })
}

function perform(
  keeper: DocumentKeeper,
  store: DocumentStore,
  versions: Versions | null,
  request: Numbered,
): Promise<Results[keyof Results]> {
  if (isOnDocument(request)) return performOnDocument(keeper, request)
  if (isOnVersions(request)) return performOnVersions(versions, request)
  if (isOnLists(request)) return worked(askLists(store, request))
  switch (request.call) {
    case 'note':
    case 'untold':
    case 'told':
    case 'uncompacted':
      return worked(performOnLists(request, store))
    case 'standings':
      return Promise.all(request.rooms.map((room) => found(standingOf(store, room))))
    case 'linked':
      return Promise.all(request.links.map((link) => found(store.findByLink(link))))
    case 'count':
      return Promise.resolve(keeper.count())
    case 'check':
      return worked(store.check(request.written)).then(() => undefined)
    case 'close':
      return store.close().then(() => undefined)
    default:
      return worked(askCatalog(store, request))
  }
}

const ON_DOCUMENT = [
  'update',
  'import',
  'read',
  'sync',
  'remove',
  'release',
  'learn',
  'compact',
] as const

type OnDocument = (typeof ON_DOCUMENT)[number]

function isOnDocument(request: Numbered): request is Numbered & { readonly call: OnDocument } {
  return ON_DOCUMENT.some((call) => call === request.call)
}

async function performOnDocument(
  keeper: DocumentKeeper,
  request: Numbered & { readonly call: OnDocument },
): Promise<Results[OnDocument]> {
  const { roomName } = request
  switch (request.call) {
    case 'update':
      return keeper.update(roomName, request.bytes, request)
    case 'import':
      await keeper.import(roomName, request.bytes, request.claim)
      return undefined
    case 'read':
      if (request.isFresh) await keeper.learn(roomName, undefined)
      return keeper.read(roomName, request.stateVector, request)
    case 'sync':
      if (request.isFresh) await keeper.learn(roomName, undefined)
      return keeper.sync(roomName, request.stateVector, request)
    case 'remove':
      return keeper.remove(roomName, request.only)
    case 'release':
      keeper.release(roomName)
      return undefined
    case 'learn':
      await keeper.learn(roomName, request.bytes, request.place)
      return undefined
    case 'compact':
      await keeper.compact(roomName)
      return undefined
  }
}

const ON_VERSIONS = [
  'keepVersion',
  'versions',
  'version',
  'renameVersion',
  'removeVersion',
  'wrote',
] as const

type OnVersions = (typeof ON_VERSIONS)[number]

function isOnVersions(request: Numbered): request is Numbered & { readonly call: OnVersions } {
  return ON_VERSIONS.some((call) => call === request.call)
}

function performOnVersions(
  versions: Versions | null,
  request: Numbered & { readonly call: OnVersions },
): Promise<Results[OnVersions]> {
  const { roomName } = request
  switch (request.call) {
    case 'keepVersion':
      return answered(versions, (each) => each.keep(roomName, request.keeping))
    case 'versions':
      return answered(versions, (each) => each.list(roomName, request.page))
    case 'version':
      return answered(versions, (each) => each.read(roomName, request.id))
    case 'renameVersion':
      return answered(versions, (each) => each.rename(roomName, request.id, request.name))
    case 'removeVersion':
      return answered(versions, (each) => each.remove(roomName, request.id))
    case 'wrote':
      return answered(versions, (each) => each.wrote(roomName, request.author))
  }
}

const ON_LISTS: readonly ListsCall[] = [
  'listOf',
  'label',
  'mark',
  'folders',
  'addFolder',
  'renameFolder',
  'removeFolder',
  'place',
  'trashed',
]

function isOnLists(request: Numbered): request is Numbered & ListsRequest {
  return ON_LISTS.some((call) => call === request.call)
}

async function askLists<Name extends ListsCall>(
  { lists }: DocumentStore,
  { call, args }: ListsRequest<Name>,
): Promise<Results[ListsCall]> {
  if (lists === undefined) return null
  const ask = lists[call] as (...args: readonly unknown[]) => Promise<unknown>
  return { of: await ask.apply(lists, args) } as Results[ListsCall]
}

async function standingOf(store: DocumentStore, roomName: string): Promise<Standing> {
  // First: if the document is deleted meanwhile, nothing is stored for this incarnation.
  const incarnation = await store.incarnation(roomName)
  const [record, info] = await Promise.all([store.getRecord(roomName), store.about(roomName)])
  return { incarnation, record, info }
}

/** What fails for one name is no fault of the others that are asked about together. */
async function found<T>(asked: Promise<T>): Promise<Finding<T>> {
  try {
    return { found: await asked }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}

function askCatalog<Name extends CatalogCall>(
  store: Catalog,
  { call, args }: CatalogRequest<Name>,
): Promise<CatalogResult> {
  const ask = store[call] as (...args: readonly unknown[]) => Promise<CatalogResult>
  return ask.apply(store, args)
}

type OnLists = 'note' | 'untold' | 'told' | 'uncompacted'

/** Does nothing with a list that the store doesn't keep. */
async function performOnLists(
  request: Request & { readonly call: OnLists },
  store: DocumentStore,
): Promise<Results[OnLists]> {
  switch (request.call) {
    case 'note':
      await store.untold?.note(request.roomName)
      return undefined
    case 'untold':
      return (await store.untold?.list()) ?? []
    case 'told':
      await store.untold?.told(request.told)
      return undefined
    case 'uncompacted':
      return (await store.uncompacted?.(request.page)) ?? []
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
