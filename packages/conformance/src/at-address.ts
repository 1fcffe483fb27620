import { NotChecked, type Said, type Served, type Servers, type Settings } from './suite.js'

/** Which calls a server has that it needn't have. */
export interface Extras {
  /** @see PROTOCOL.md NE4 */
  readonly hasOperations: boolean
  /** @see PROTOCOL.md NE3 */
  readonly hasArticle: boolean
}

/** A running server, and what is known about its settings. */
export interface Address extends Said, Extras {
  /** Without a path. */
  readonly baseUrl: string
  /** Settings from the caller of the suite, which the server doesn't tell. */
  readonly settings: Settings
}

/** With a shorter lease, members would leave before a test has seen them. */
const CALM_LEASE_MS = 5_000

/**
 * Returns the server at an address. The tests can't start, stop or configure it, so rules that need that
 * aren't checked.
 */
export function serversAt(address: Address): Servers {
  return {
    start: (settings = {}) => {
      const { heartbeatMs: _any, ...wanted } = settings
      throw new NotChecked(`needs a server of its own${list(' with ', Object.entries(wanted))}`)
    },
    share: (settings) => shareIf(address, missing(address, settings)),
    calm: shareIf(
      address,
      address.leaseMs < CALM_LEASE_MS ? [['leaseMs', `${CALM_LEASE_MS} or more`]] : [],
    ),
  }
}

type Setting = readonly [name: string, value: unknown]

/** Returns the server, or if settings are missing, one whose fields throw {@link NotChecked}. */
function shareIf(address: Address, needs: readonly Setting[]): Served {
  const known = <T>(value: T): T => {
    if (needs.length === 0) return value
    throw new NotChecked(`needs a server with ${list('', needs)}`)
  }
  const having = (calls: string, has: boolean): string => {
    if (!has) throw new NotChecked(`needs a server with ${calls}`)
    return known(address.baseUrl)
  }
  return {
    get baseUrl() {
      return known(address.baseUrl)
    },
    get operationsUrl() {
      return having('the calls of operations (NE4)', address.hasOperations)
    },
    get articleUrl() {
      return having("the article's calls (NE3)", address.hasArticle)
    },
    get heartbeatMs() {
      return known(address.heartbeatMs)
    },
    get leaseMs() {
      return known(address.leaseMs)
    },
    get maxLocationBytes() {
      return known(address.maxLocationBytes)
    },
  }
}

/** Returns the wanted settings that the server isn't known to have. Ignores the heartbeat. */
function missing(address: Address, { heartbeatMs: _any, ...wanted }: Settings): Setting[] {
  const { leaseMs, maxLocationBytes, settings } = address
  const has: { readonly [name: string]: unknown } = { ...settings, leaseMs, maxLocationBytes }
  return Object.entries(wanted).filter(([name, value]) => has[name] !== value)
}

/** Returns whether a setting has a different text in each run. */
const isText = (name: string) => name === 'secret' || name === 'dataDir'

function list(before: string, settings: readonly Setting[]): string {
  if (settings.length === 0) return ''
  const said = settings.map(([name, value]) => (isText(name) ? name : `${name}=${String(value)}`))
  return before + said.join(', ')
}
