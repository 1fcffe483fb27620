import { existsSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pathOf } from '@whereabouts/server/mount'
import type { RootOf } from './base-path.js'
import { Files } from './files.js'
import { sendEnd, withoutManifest } from './no-offline.js'
import { Page } from './page.js'
import { sendProblem } from './problem.js'

const DIST = fileURLToPath(new URL('../../office/dist/', import.meta.url))
const PAGE = join(DIST, 'index.html')
const ADDRESSES = /^\/(?:doctor|(?:sheets|pages|inspect)\/.*)?$/
const ASSETS = '/assets/'
/** No address of the application has more parts below its root, nor has a path that a proxy leaves there. */
const MOST_PARTS = 12
const WORKER = '/offline.js'
/** The files that keep their names when they change. They have nothing of a user. */
const NAMED: ReadonlySet<string> = new Set([
  '/THIRD-PARTY-NOTICES.txt',
  '/manifest.webmanifest',
  '/icon-192.png',
  '/icon-512.png',
  '/icon-maskable.png',
  WORKER,
])
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  // Images in a page have data: addresses, and pasted images have blob: addresses until they are read.
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  // Univer and the carets of others use style attributes.
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ')
const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Referrer-Policy': 'same-origin',
}
const ASSET_HEADERS = {
  // The bundler names these files by a hash of their content.
  'Cache-Control': 'public, max-age=31536000, immutable',
  'X-Content-Type-Options': 'nosniff',
}
const NAMED_HEADERS = { 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' }

/** Whether the answer to a request would be one of the application's pages. */
export function isPage(request: IncomingMessage): boolean {
  const path = pathOf(request.url ?? '')
  const isPart = path.startsWith(ASSETS) || NAMED.has(path)
  return ADDRESSES.test(path) || (wantsPage(request) && !isPart)
}

/**
 * Serves the built web application: its files as they are, and its one page for each of its
 * addresses. For an unknown address, a browser gets that page and any other client a problem.
 *
 * @param isOffline whether browsers may keep it, so that it opens without the server
 * @throws {Error} if it isn't built
 */
export function openOffice(rootOf: RootOf, isOffline: boolean): RequestListener {
  if (!existsSync(PAGE)) {
    throw new Error('the web application is not built. Run "npm run build" first.')
  }
  const page = new Page(PAGE, PAGE_HEADERS, isOffline ? (html) => html : withoutManifest)
  const files = new Files(DIST)
  return (request, response) => {
    const send = (status: number) => page.send(request, response, rootOf(request), status)
    const nowhere = () => answerNowhere(request, response, () => send(404))
    const path = pathOf(request.url ?? '')
    const headers = path.startsWith(ASSETS) ? ASSET_HEADERS : NAMED_HEADERS
    if (!isRead(request)) nowhere()
    else if (path === WORKER && !isOffline) sendEnd(request, response)
    else if (path.startsWith(ASSETS) || NAMED.has(path)) {
      if (!files.send(request, response, path, headers)) nowhere()
    } else if (ADDRESSES.test(path) && isDecodable(path) && !isDeep(request)) send(200)
    else nowhere()
  }
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD'
}

function answerNowhere(
  request: IncomingMessage,
  response: ServerResponse,
  sendPage: () => void,
): void {
  if (!isDecodable(pathOf(request.url ?? ''))) {
    return sendProblem(response, 400, 'Bad Request', 'The address is not valid; check its escapes.')
  }
  if (wantsPage(request) && !isDeep(request)) sendPage()
  else sendProblem(response, 404, 'Not Found', 'There is nothing at this address.')
}

function wantsPage({ method, headers: { accept = '' } }: IncomingMessage): boolean {
  return method === 'GET' && accept.includes('text/html')
}

/** @see PROTOCOL.md OP41 */
function isDeep({ url = '' }: IncomingMessage): boolean {
  return pathOf(url).split('/').length > MOST_PARTS
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
