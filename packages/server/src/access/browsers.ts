import { Origins } from './origins.js'
import { Proxies } from './proxies.js'

/** What is known of the browsers that call, and of the proxies between. */
export class Browsers {
  readonly proxies: Proxies
  readonly origins: Origins

  constructor(options: {
    readonly trustedProxies: readonly string[]
    readonly allowedOrigins: readonly string[]
  }) {
    this.proxies = new Proxies(options.trustedProxies)
    this.origins = new Origins(options.allowedOrigins, this.proxies)
  }
}
