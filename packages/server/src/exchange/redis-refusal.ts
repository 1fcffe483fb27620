import { LOG_BATCHES, LOG_CHARACTERS, messageOf } from './exchange.js'
import type { RedisLink } from './redis-link.js'
import {
  APPEND,
  CHECKPOINT,
  DISCARD,
  HOLD,
  JOIN,
  PART,
  PROMISE,
  PROMISED,
  READ,
  TELL,
} from './redis-scripts.js'

const REFUSAL = /^(?:WRONGPASS|NOAUTH|NOPERM)\b|\bThe user executing the script can't\b/
/** The time after which a leftover probe expires. */
const PROBE_MS = 1_000

const nobody = () => {}

/**
 * Returns Redis's message if it denies access or a required command; otherwise `undefined`.
 */
export function refusalOf(error: unknown): string | undefined {
  const message = messageOf(error)
  return REFUSAL.test(message) ? message : undefined
}

/**
 * Runs each command that a room needs once, on a log that belongs to no room.
 *
 * @throws {ExchangeLost} with the missing right
 * @see PROTOCOL.md EX10
 */
export async function probeRights(link: RedisLink<never>): Promise<void> {
  const { keys, node } = link
  const name = `!${node}`
  const channel = keys.channel(name)
  await link.subscribe(channel, nobody)
  link.unsubscribe(channel, nobody)
  const log = [keys.room(name), keys.log(name)]
  const fence = keys.fence(name, node)
  const reply = await link.ask(JOIN, [...log, fence], [0, 0, '', 1, PROBE_MS, 1])
  const [life] = reply as [string]
  const bounds = [PROBE_MS, LOG_BATCHES, LOG_CHARACTERS]
  await link.ask(APPEND, [...log, fence, channel], [life, 1, node, 'null', ...bounds, 0, ''])
  await link.ask(READ, log, [life, 1, 1])
  await link.ask(CHECKPOINT, log, [life, 1, 'null', PROBE_MS])
  await link.ask(HOLD, [...log, fence], [life, 1, PROBE_MS, 1, ''])
  await link.ask(DISCARD, log, [life, PROBE_MS])
  await link.ask(PART, [fence], [])
  await link.ask(PROMISE, [keys.promise(name, node)], [PROBE_MS])
  await link.ask(PROMISED, [keys.promise(name, node)], [])
  await link.subscribe(keys.notices, nobody)
  link.unsubscribe(keys.notices, nobody)
  await link.ask(TELL, [keys.notices], [`${node} {}`])
}
