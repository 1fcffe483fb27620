import type { IncomingMessage } from 'node:http'
import { type Authenticate, type Log, sharedAccess } from '@whereabouts/server'
import { isUserId, Proxies, RareWarning } from '@whereabouts/server/mount'
import type { Auth } from './auth.js'
import type { ProxySettings } from './auth-settings.js'

/** How long an open stream may go on without asking the proxy again. */
const COUNTS_MS = 900_000

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** The white space that isn't part of a header's value (RFC 9110, 5.5). */
const AROUND = /^[ \t]+|[ \t]+$/g

/** Identifies callers by headers of a trusted proxy. @see PROTOCOL.md OP19, OP20, OP21 */
class ProxyAuth implements Auth {
  readonly mode = 'proxy'
  readonly authorize = sharedAccess
  readonly #proxies: Proxies
  readonly #untrusted: RareWarning
  readonly #ambiguous: RareWarning

  constructor(
    private readonly settings: ProxySettings,
    log: Log,
  ) {
    this.#proxies = new Proxies(settings.trusted)
    this.#untrusted = new RareWarning(
      log,
      'a caller was refused, because its address is not in WHEREABOUTS_TRUSTED_PROXIES',
    )
    this.#ambiguous = new RareWarning(
      log,
      'a caller was refused, because a header of the proxy was repeated; make the proxy replace the headers of its own callers',
    )
  }

  readonly authenticate: Authenticate = (request) => {
    if (!this.#proxies.isBehind(request)) {
      this.#untrusted.warn(request.socket.remoteAddress)
      return null
    }
    const { user, name, email } = this.settings.headers
    const said = {
      id: valuesOf(request, user, ','),
      name: valuesOf(request, name),
      email: valuesOf(request, email, ','),
    }
    if (Object.values(said).some((values) => values.length > 1)) {
      this.#ambiguous.warn()
      return null
    }
    const id = decode(said.id[0] ?? '')
    if (!isUserId(id)) return null
    const shown = shownAs(said.name[0]) || shownAs(said.email[0]) || id
    return { id, name: shown, expiresAtMs: Date.now() + COUNTS_MS }
  }
}

/** The values of a header, empty ones included. @param separator also divides values, where one has to be alone */
function valuesOf(request: IncomingMessage, header: string, separator?: string): string[] {
  const lines = linesOf(request, header)
  const values = separator === undefined ? lines : lines.flatMap((line) => line.split(separator))
  return values.map((value) => value.replaceAll(AROUND, ''))
}

/** `headersDistinct` is missing in HTTP/2. */
function linesOf({ rawHeaders }: IncomingMessage, header: string): string[] {
  return rawHeaders.filter(
    (_, index) => rawHeaders[index - 1]?.toLowerCase() === header && index % 2 === 1,
  )
}

/** Decodes UTF-8, which proxies write and Node reads as Latin-1; `undefined` for any other bytes. */
function decode(value: string): string | undefined {
  try {
    return UTF_8.decode(Buffer.from(value, 'latin1'))
  } catch {
    return undefined
  }
}

/** Returns a header's text, which may be Latin-1 as well, since nobody is known by it. */
function shownAs(value = ''): string {
  return (decode(value) ?? value).trim()
}

/** Opens the mode `proxy`. */
export function openProxy(settings: ProxySettings, log: Log): Auth {
  return new ProxyAuth(settings, log)
}
