import { createServer, type RequestListener, type Server } from 'node:http'

/**
 * Node's server, which closes a connection when nothing has come or gone on it for a while.
 *
 * One timer for all of a connection's life does that. Node's own for idle connections, its
 * `keepAliveTimeout`, is another object for each request, which lives until the next one: four fifths
 * of what a post leaves to the old generation.
 *
 * @param idleMs longer than any answer takes, and than a stream is ever silent
 * @see docs/decisions.md, 45
 */
export function createHttpServer(idleMs: number, handle: RequestListener): Server {
  const server = createServer(handle)
  server.keepAliveTimeout = 0
  server.timeout = idleMs
  return server
}
