import type { Extras } from './at-address.js'
import { call } from './http.js'
import type { Said } from './suite.js'
import { openStream } from './stream.js'

/** The fields of `hello` that the suite needs, with the rules that ask for them. */
const FIELDS = [
  ['heartbeatMs', 'ST3'],
  ['leaseMs', 'ST3'],
  ['maxLocationBytes', 'ST16'],
] as const

/**
 * Reads the settings that a server sends in `hello`, without joining the room.
 *
 * @throws {Error} if there is no such server, or it sends no `hello`
 */
export async function askHello(baseUrl: string, room: string): Promise<Said> {
  await using stream = await openStream(`${baseUrl}/rooms/${room}/events?watch=1`)
  const hello = (await stream.next('hello')).data as { readonly [field: string]: unknown } | null
  const unsaid = FIELDS.filter(([field]) => !Number.isSafeInteger(hello?.[field]))
  if (unsaid.length > 0)
    throw new Error(`nothing can be checked: ${unsaid.map(missing).join(', ')}`)
  return hello as unknown as Said
}

const missing = ([field, id]: (typeof FIELDS)[number]): string =>
  `hello has no whole number ${field} (${id})`

/** Finds out which calls a server has that it needn't have. */
export async function askExtras(baseUrl: string): Promise<Extras> {
  const has = async (path: string) => (await call(`${baseUrl}${path}`)).status !== 404
  // A server that has the article's calls answers 405 here (HT7).
  return { hasOperations: await has('/health/live'), hasArticle: await has('/location') }
}
