import type { IncomingMessage, ServerResponse } from 'node:http'

const MANIFEST = /\s*<link rel="manifest"[^>]*>/
/** Takes the place of a worker that a browser has, removes what that kept, and then itself. */
const END = `addEventListener('install', () => skipWaiting())
addEventListener('activate', (event) => event.waitUntil(end()))

async function end() {
  const names = await caches.keys()
  const ours = names.filter((name) => name.startsWith('whereabouts offline ' + registration.scope + ' '))
  await Promise.all(ours.map((name) => caches.delete(name)))
  await registration.unregister()
}
`
const HEADERS = {
  'Content-Type': 'text/javascript; charset=utf-8',
  'Cache-Control': 'no-cache',
  'X-Content-Type-Options': 'nosniff',
}

/** Removes from a page what tells browsers that they may keep the application. @see PROTOCOL.md OP37 */
export function withoutManifest(html: string): string {
  return html.replace(MANIFEST, '')
}

/** Sends the worker that ends the one of a browser. @see PROTOCOL.md OP37 */
export function sendEnd({ method }: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'Content-Length': Buffer.byteLength(END) })
  response.end(method === 'HEAD' ? undefined : END)
}
