/** What one proxy says of the request that it got. */
export interface Hop {
  /** Whom it got it from: an address, or `unknown` and the like. */
  readonly for: string | undefined
  readonly proto: string | undefined
  readonly host: string | undefined
}

const PAIR =
  /[ \t]*(?<name>[!#$%&'*+.^_`|~\w-]+)=(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[^\s;,"]*))[ \t]*(?<end>[;,]|$)/y
const EMPTY = /[ \t]*(?<end>[;,]|$)/y
// An IPv6 address is in brackets, and a port may follow.
const WITH_PORT = /^(?:\[([\da-f:.]+)\](?::[\w.-]+)?|([\d.]+):[\w.-]+)$/i

/**
 * Reads the header `Forwarded`, the first proxy first. One that is malformed says nothing.
 *
 * @see RFC 7239, section 4
 */
export function readForwarded(header: string): readonly Hop[] {
  const hops: Map<string, string>[] = [new Map()]
  for (let at = 0; at < header.length;) {
    const found = matchAt(PAIR, header, at) ?? matchAt(EMPTY, header, at)
    if (found === null || !add(hops.at(-1)!, found.groups ?? {})) return []
    if (found.groups?.['end'] === ',') hops.push(new Map())
    at += found[0].length
  }
  return hops.filter(({ size }) => size > 0).map(hopOf)
}

/** Returns an address without its port and brackets. */
export function addressIn(node: string): string {
  const [, v6, v4] = WITH_PORT.exec(node) ?? []
  return v6 ?? v4 ?? node
}

type Groups = { readonly [group: string]: string | undefined }

/** Returns whether a pair may stand here: each parameter at most once. */
function add(hop: Map<string, string>, { name, quoted, token = '' }: Groups): boolean {
  const parameter = name?.toLowerCase()
  if (parameter === undefined) return true
  if (hop.has(parameter)) return false
  hop.set(parameter, quoted?.replaceAll(/\\(.)/g, '$1') ?? token)
  return true
}

/** One without `for` is a hop as well, from nobody knows where. */
function hopOf(said: ReadonlyMap<string, string>): Hop {
  return { for: said.get('for'), proto: said.get('proto'), host: said.get('host') }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
