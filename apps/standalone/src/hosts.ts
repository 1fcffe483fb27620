import { isIP } from 'node:net'
import type { RequestListener, ServerResponse } from 'node:http'
import { askedHost } from '@whereabouts/server/mount'
import { sendProblem } from './problem.js'

const PORT = /:\d*$/

/**
 * Refuses requests to an unknown host name. This prevents DNS rebinding: a page on `evil.example`
 * could make that name point to this machine, and then read its answers as same-origin.
 *
 * @param allowed host names; `*` for any
 * @see OFFICE.md BR6
 */
export function withHosts(allowed: readonly string[], serve: RequestListener): RequestListener {
  if (allowed.includes('*')) return serve
  const names = new Set(allowed.map((name) => name.toLowerCase()))
  // Almost all requests of a server name the same one.
  let latest = ''
  return (request, response) => {
    const host = askedHost(request) ?? ''
    if (host !== latest && !isOwn(nameOf(host), names)) return refuse(response, host)
    latest = host
    serve(request, response)
  }
}

/** Nobody but its owner can point an IP address, or a name without a dot, somewhere else. */
function isOwn(name: string, names: ReadonlySet<string>): boolean {
  const isLocal = !name.includes('.') || name.endsWith('.localhost')
  return isLocal || names.has(name) || isIP(name.replace(/^\[(.*)\]$/, '$1')) > 0
}

function nameOf(host: string): string {
  return host.toLowerCase().replace(PORT, '').replace(/\.$/, '')
}

function refuse(response: ServerResponse, host: string): void {
  sendProblem(
    response,
    421,
    'Misdirected Request',
    `This server isn't known as ${JSON.stringify(host.slice(0, 255))}. If it should be, add the name to WHEREABOUTS_ALLOWED_HOSTS.`,
  )
}
