import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'
import { addressIn } from './forwarded.js'
import type { Proxies } from './proxies.js'

/** A user or an address that calls are counted for. */
export interface Account {
  readonly kind: 'user' | 'address'
  /** Unique among the accounts of both kinds. */
  readonly key: string
}

/** A household has a whole IPv6 prefix of this length, and can call from any address in it. */
const OWN_BITS = 64

/**
 * Finds the account of a call: the user if the application knows one, or else the address.
 *
 * @see PROTOCOL.md BU1
 */
export class Accounts {
  // Cached by connection, since all of its requests have the same address.
  readonly #known = new WeakMap<object, Account>()

  constructor(private readonly proxies: Proxies) {}

  of(request: IncomingMessage, userId: string | undefined): Account {
    if (userId !== undefined) return { kind: 'user', key: `user ${userId}` }
    if (this.proxies.isBehind(request)) return accountOf(this.proxies.addressOf(request))
    const known = this.#known.get(request.socket)
    if (known !== undefined) return known
    const account = accountOf(request.socket.remoteAddress ?? '')
    this.#known.set(request.socket, account)
    return account
  }
}

function accountOf(address: string): Account {
  return { kind: 'address', key: `address ${rangeOf(address)}` }
}

/** Returns the address, or the range that one household has: of IPv6, the first 64 bits. @see PROTOCOL.md BU1 */
export function rangeOf(said: string): string {
  // Some proxies write the port behind an address.
  const address = addressIn(said)
  if (!ipaddr.isValid(address)) return 'unknown'
  // `ipaddr.process()` turns an IPv4-mapped IPv6 address into the IPv4 address.
  const parsed = ipaddr.process(address)
  if ('octets' in parsed) return parsed.toString()
  const own = parsed.parts.slice(0, OWN_BITS / 16).map((part) => part.toString(16))
  return `${own.join(':')}::/${OWN_BITS}`
}
