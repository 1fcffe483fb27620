import type { Kind } from './findings.js'
import type { Answer } from './seen.js'

/** A proxy, and what its operator can write about findings. */
export interface Proxy {
  readonly name: string
  /** The heading of its section in `docs/how-to/proxy.md`, without a version. */
  readonly section: string
  /** Returns whether an answer names it. Some never name themselves. */
  readonly isNamedBy?: (headers: Answer['headers']) => boolean
  /** Lines from its section. */
  readonly lines: { readonly [kind in Kind]?: readonly string[] }
}

/** Settings to write about findings, and where. */
export interface Advice {
  readonly proxy: string
  readonly section: string
  readonly lines: readonly string[]
}

const CLOUDS = 'Load balancers of clouds'

const has = (name: string, text: RegExp) => (headers: Answer['headers']) =>
  text.test(headers[name] ?? '')

/** The proxies that are known, as the guide has them. @see PROTOCOL.md DR12 */
export const PROXIES: readonly Proxy[] = [
  {
    name: 'nginx',
    section: 'nginx',
    isNamedBy: has('server', /^(?:nginx|openresty)/i),
    lines: {
      held: ['proxy_buffering off;'],
      lumped: ['proxy_buffering off;'],
      cut: ['proxy_read_timeout 60s;'],
      silent: ['proxy_read_timeout 60s;'],
      cached: ['proxy_cache off;'],
      replaced: ['proxy_intercept_errors off;'],
      compressed: ['gzip off;'],
      http1: ['listen 443 ssl http2;'],
    },
  },
  {
    name: 'Caddy',
    section: 'Caddy',
    isNamedBy: (headers) => has('server', /^caddy/i)(headers) || has('via', /\bcaddy\b/i)(headers),
    lines: {
      held: ['flush_interval -1'],
      lumped: ['flush_interval -1'],
      late: ['flush_interval -1'],
    },
  },
  {
    name: 'HAProxy',
    section: 'HAProxy',
    lines: {
      late: ['option http-no-delay'],
      lumped: ['option http-no-delay'],
      cut: ['timeout client 60s', 'timeout server 60s'],
      silent: ['timeout client 60s', 'timeout server 60s'],
    },
  },
  {
    name: 'Apache',
    section: 'Apache',
    isNamedBy: has('server', /^apache/i),
    lines: {
      held: ['ProxyPass / http://127.0.0.1:3000/ flushpackets=on'],
      lumped: ['ProxyPass / http://127.0.0.1:3000/ flushpackets=on'],
      late: ['ProxyPass / http://127.0.0.1:3000/ flushpackets=on'],
      cut: ['ProxyTimeout 60'],
      silent: ['ProxyTimeout 60'],
      cached: ['CacheDisable /'],
      replaced: ['ProxyErrorOverride off'],
      compressed: ['SetEnv no-gzip 1'],
      http1: ['Protocols h2 http/1.1'],
    },
  },
  {
    name: 'Varnish',
    section: 'Varnish',
    isNamedBy: (headers) => 'x-varnish' in headers || has('via', /varnish/i)(headers),
    lines: {
      cached: ['return (pass);'],
      held: ['set beresp.do_stream = true;'],
      lumped: ['set beresp.do_stream = true;'],
      cut: ['.first_byte_timeout = 60s;', '.between_bytes_timeout = 60s;'],
    },
  },
  {
    name: 'Squid',
    section: 'Squid',
    isNamedBy: has('via', /squid/i),
    lines: { cached: ['cache deny all'], cut: ['read_timeout 60 seconds'] },
  },
  {
    name: 'Traefik',
    section: 'Traefik',
    lines: { held: ['flushInterval: -1ms'], lumped: ['flushInterval: -1ms'] },
  },
  {
    name: 'AWS Application Load Balancer',
    section: CLOUDS,
    isNamedBy: has('server', /^awselb/i),
    lines: { cut: ['idle timeout at least 60 s'], silent: ['idle timeout at least 60 s'] },
  },
  {
    name: 'AWS CloudFront',
    section: CLOUDS,
    isNamedBy: (headers) => 'x-amz-cf-id' in headers,
    lines: {
      cached: ['cache policy `CachingDisabled` except for `/assets/*`'],
      cut: ['origin response timeout 60 s'],
      stripped: ['an origin request policy that passes all query strings and headers'],
    },
  },
  {
    name: 'Google Cloud Application Load Balancer',
    section: CLOUDS,
    isNamedBy: has('via', /\bgoogle\b/i),
    lines: { cut: ['backend timeout (30 s by default) at least 3,600 s'] },
  },
  {
    name: 'Azure Application Gateway',
    section: CLOUDS,
    isNamedBy: has('server', /azure-application-gateway/i),
    lines: {
      held: ['response buffering off'],
      lumped: ['response buffering off'],
      cut: ['request timeout at least 60 s'],
    },
  },
  {
    name: 'Azure Front Door',
    section: CLOUDS,
    isNamedBy: (headers) => 'x-azure-ref' in headers,
    lines: { cut: ['origin response timeout 60 s'], cached: ['no caching except for `/assets/*`'] },
  },
  {
    name: 'Cloudflare',
    section: CLOUDS,
    isNamedBy: (headers) => 'cf-ray' in headers || has('server', /^cloudflare/i)(headers),
    lines: { changed: ['Rocket Loader and other changes to pages off'] },
  },
]

/** Returns the proxies that answers name. */
export function proxiesIn(answers: readonly Answer[]): readonly Proxy[] {
  return PROXIES.filter(({ isNamedBy }) => answers.some(({ headers }) => isNamedBy?.(headers)))
}

/** Returns what to write about findings: for the proxies that are named, or else for those that never are. */
export function adviceFor(named: readonly Proxy[], kinds: readonly Kind[]): readonly Advice[] {
  const asked =
    named.length > 0 ? named : PROXIES.filter(({ isNamedBy }) => isNamedBy === undefined)
  return asked.flatMap(({ name, section, lines }) => {
    const all = [...new Set(kinds.flatMap((kind) => lines[kind] ?? []))]
    return all.length === 0 ? [] : [{ proxy: name, section, lines: all }]
  })
}
