import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import { type ArgumentsHost, Catch, NotFoundException } from '@nestjs/common'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { EveryProblemFilter } from '@whereabouts/nestjs'
import type { FastifyReply, FastifyRequest } from 'fastify'

const DIST = fileURLToPath(new URL('../../office/dist/', import.meta.url))
const PAGE = 'index.html'
const ASSETS = join(DIST, 'assets')
const ADDRESSES = ['/', '/sheets/*', '/pages/*']
const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'",
  'Referrer-Policy': 'same-origin',
}
// The bundler names these files by what is in them.
const ASSET_CACHE = 'public, max-age=31536000, immutable'

/**
 * Serves the built web application: its files as they are, and its one page for each of its
 * addresses.
 *
 * @throws {Error} if it isn't built
 */
export async function serveOffice(app: NestFastifyApplication): Promise<void> {
  if (!existsSync(join(DIST, PAGE))) {
    throw new Error('the web application is not built; run "npm run build" first')
  }
  const fastify = app.getHttpAdapter().getInstance()
  await fastify.register(fastifyStatic, {
    root: ASSETS,
    prefix: '/assets/',
    index: false,
    cacheControl: false,
    preCompressed: true,
    setHeaders: (response, path) => {
      response.setHeader('Cache-Control', path.startsWith(ASSETS) ? ASSET_CACHE : 'no-cache')
      response.setHeader('Vary', 'Accept-Encoding')
      response.setHeader('X-Content-Type-Options', 'nosniff')
    },
  })
  for (const address of ADDRESSES) fastify.get(address, (_request, reply) => sendPage(reply))
}

/** What is nowhere is the application's page to a browser, and a problem to everybody else. */
@Catch()
export class PageFilter extends EveryProblemFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    const { method, headers } = http.getRequest<FastifyRequest>()
    const wantsPage = method === 'GET' && headers.accept?.includes('text/html') === true
    if (error instanceof NotFoundException && wantsPage) {
      sendPage(http.getResponse<FastifyReply>().code(404))
    } else super.catch(error, host)
  }
}

function sendPage(reply: FastifyReply): FastifyReply {
  return reply.headers(PAGE_HEADERS).sendFile(PAGE, DIST)
}
