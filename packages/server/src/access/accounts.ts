import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'
import type { Proxies } from './proxies.js'

/** Whom a call is counted for. */
export interface Account {
  readonly kind: 'user' | 'address'
  /** Unlike that of any other account of either kind. */
  readonly key: string
}

/** A household has so many bits of IPv6 to itself, and can call from any address in them. */
const OWN_BITS = 64

/**
 * Finds whom calls are counted for: users where the application knows them, else addresses.
 *
 * @see PROTOCOL.md BU1
 */
export class Accounts {
  // Addresses as Node writes them; a connection has one for all of its requests.
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
  return { kind: 'address', key: `address ${ownPart(address)}` }
}

// As some proxies write an address: with the port behind it, an IPv6 address in brackets.
const WITH_PORT = /^(?:\[([\da-f:.]+)\](?::\d+)?|([\d.]+):\d+)$/i

function ownPart(said: string): string {
  const [, v6, v4] = WITH_PORT.exec(said) ?? []
  const address = v6 ?? v4 ?? said
  if (!ipaddr.isValid(address)) return 'unknown'
  // An IPv4 address that is written as an IPv6 one is that IPv4 address.
  const parsed = ipaddr.process(address)
  if ('octets' in parsed) return parsed.toString()
  const own = parsed.parts.slice(0, OWN_BITS / 16).map((part) => part.toString(16))
  return `${own.join(':')}::/${OWN_BITS}`
}
