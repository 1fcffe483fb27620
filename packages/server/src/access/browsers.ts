import { Origins } from './origins.js'
import { Proxies } from './proxies.js'

/** The origins that may call from a browser, and the proxies in between. */
export class Browsers {
  readonly proxies: Proxies
  readonly origins: Origins

  constructor(options: {
    readonly trustedProxies: readonly string[]
    readonly allowedOrigins: readonly string[]
    readonly basePath?: string | undefined
  }) {
    this.proxies = new Proxies(options.trustedProxies, options.basePath)
    this.origins = new Origins(options.allowedOrigins, this.proxies)
  }
}
