// The service worker: keeps the application's own files in the browser, and nothing else.
import { PrecacheController } from 'workbox-precaching'
import type { Build } from './build.js'
import type { Message } from './messages.js'
import { isGone, isPage, pageOf } from './pages.js'

declare const self: ServiceWorkerGlobalScope & { readonly build: Build }

/** Rules by which the browser goes around the worker, which not every browser has. */
interface WithRoutes {
  readonly addRoutes?: (rule: object) => Promise<void>
}

/** How long the server has for its answer while there is another page to show. */
const ANSWER_MS = 5_000
const PAGE = './'

const { version, entry, files } = self.build
const root = new URL(self.registration.scope).pathname
// The scope tells the applications of one host apart.
const ours = `whereabouts offline ${self.registration.scope} `
const own = ours + version

const kept = new PrecacheController({
  cacheName: own,
  plugins: [
    {
      /** Returns what to keep of an answer; `null` fails the installation, which the browser tries again. */
      cacheWillUpdate: async ({ request, response }) => {
        if (response.status !== 200 || response.redirected) return null
        return request.url === self.registration.scope ? pageOf(response, entry, root) : response
      },
    },
  ],
})
kept.addToCacheList([
  { url: PAGE, revision: version },
  ...files.map((file) => ({ ...file, revision: null })),
])

self.addEventListener('install', (event) => {
  event.waitUntil(Promise.all([install(event), goAround(event)]))
})

self.addEventListener('activate', (event) => {
  // A window that was there before is told of the next version as well.
  event.waitUntil(Promise.all([dropOld(), self.clients.claim()]))
})

self.addEventListener('message', ({ data, ports }) => {
  const message = data as Message
  if (message === 'take') void self.skipWaiting()
  else ports[0]?.postMessage(message.entry === entry)
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  const isBelow = origin === self.location.origin && pathname.startsWith(root)
  if (request.method !== 'GET' || !isBelow) return
  const path = pathname.slice(root.length)
  if (request.mode === 'navigate') {
    if (isPage(path)) event.respondWith(openPage(request))
  } else if (path.startsWith('assets/')) event.respondWith(openFile(request))
})

async function install(event: ExtendableEvent): Promise<void> {
  try {
    await kept.install(event)
  } catch (error) {
    await caches.delete(own)
    throw error
  }
}

/** Calls needn't wait for the worker to start, where the browser can do without. */
async function goAround(event: ExtendableEvent & WithRoutes): Promise<void> {
  const calls = { urlPattern: { pathname: `${root}rooms/*` } }
  // Without the rule, they only take a little longer.
  await event.addRoutes?.({ condition: calls, source: 'network' }).catch(() => undefined)
}

/** Drops what older versions kept, except the one before, which other windows may still run. */
async function dropOld(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(ours) && name !== own)
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)))
}

/** Answers with the server's page, whatever it says, or with the kept one if the server isn't there. */
async function openPage(request: Request): Promise<Response> {
  const asked = fetch(request)
  try {
    const answer = await Promise.race([asked, pause(ANSWER_MS)])
    if (answer !== undefined && !isGone(answer.status)) return answer
    return (await keptPage()) ?? answer ?? (await asked)
  } catch (error) {
    const page = await keptPage()
    if (page === undefined) throw error
    return page
  }
}

async function keptPage(): Promise<Response | undefined> {
  return kept.matchPrecache(PAGE)
}

/** Looks in what the version before kept as well, for its windows. */
async function openFile(request: Request): Promise<Response> {
  return (await caches.match(request.url)) ?? fetch(request)
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
