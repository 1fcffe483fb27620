import type { Said } from './suite.js'
import { openStream } from './stream.js'

const FIELDS = ['heartbeatMs', 'leaseMs', 'maxLocationBytes'] as const

/**
 * Reads the settings that a server sends in `hello`, without joining the room.
 *
 * @throws {Error} if there is no such server, or it sends no `hello`
 */
export async function askHello(baseUrl: string, room: string): Promise<Said> {
  await using stream = await openStream(`${baseUrl}/rooms/${room}/events?watch=1`)
  const hello = (await stream.next('hello')).data as { readonly [field: string]: unknown } | null
  const unsaid = FIELDS.filter((field) => !Number.isSafeInteger(hello?.[field]))
  if (unsaid.length > 0) throw new Error(`its hello has no whole number ${unsaid.join(', ')}`)
  return hello as unknown as Said
}
