import { NotChecked, type Said, type Served, type Servers, type Settings } from './suite.js'

/** A server that runs somewhere, and all that is known of its settings. */
export interface Address extends Said {
  /** Without a path. */
  readonly baseUrl: string
  /** Settings that the server doesn't say, as the caller of the suite gives them. */
  readonly settings: Settings
}

/** Below it members of the tests would leave before a test has looked at them. */
const CALM_LEASE_MS = 5_000

/**
 * The one server at an address. It can be neither started nor stopped, so that a rule which needs
 * that, or another setting than the server has, isn't checked.
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

/** The server, or one whose fields say what is missing. */
function shareIf(address: Address, needs: readonly Setting[]): Served {
  const known = <T>(value: T): T => {
    if (needs.length === 0) return value
    throw new NotChecked(`needs a server with ${list('', needs)}`)
  }
  return {
    get baseUrl() {
      return known(address.baseUrl)
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

/** The settings that the server isn't known to have. Any heartbeat will do. */
function missing(address: Address, { heartbeatMs: _any, ...wanted }: Settings): Setting[] {
  const { leaseMs, maxLocationBytes, settings } = address
  const has: { readonly [name: string]: unknown } = { ...settings, leaseMs, maxLocationBytes }
  return Object.entries(wanted).filter(([name, value]) => has[name] !== value)
}

/** Returns whether it is another text in each run. */
const isText = (name: string) => name === 'secret' || name === 'dataDir'

function list(before: string, settings: readonly Setting[]): string {
  if (settings.length === 0) return ''
  const said = settings.map(([name, value]) => (isText(name) ? name : `${name}=${String(value)}`))
  return before + said.join(', ')
}
