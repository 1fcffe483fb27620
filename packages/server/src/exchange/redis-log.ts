import { type Checkpoint, ExchangeLost, LOG_TTL_MS } from './exchange.js'
import type { Reply } from './redis-connection.js'
import { BrokenLog, type LoggedBatch, parseBatch } from './redis-keys.js'
import { JOIN, READ, type Script } from './redis-scripts.js'

/** A room as read from its log. */
export interface LoggedRoom {
  /** The first version of the log, which names it. */
  readonly life: number
  readonly checkpoint: Checkpoint | null
  /** The batches after the checkpoint, without a gap. */
  readonly batches: readonly LoggedBatch[]
}

/** The log of a room, and the position up to which a node has read it. */
export interface KnownLog {
  readonly life: number
  readonly number: number
  /** Distinguishes the last batch from another one with the same number; empty if unknown. */
  readonly mark: string
}

interface Asks {
  ask(script: Script, keys: readonly string[], args: readonly unknown[]): Promise<Reply>
}

const PAGE = 128
/** The number of attempts to read a log, since a checkpoint may cut it meanwhile. */
const ATTEMPTS = 5

/**
 * Reads a room from its checkpoint to its end, and sets the fence.
 *
 * @param keys of the room, its log, and the fence
 * @throws {ExchangeLost}
 * @throws {BrokenLog} with the life of the log
 */
export async function readRoom(
  asks: Asks,
  keys: readonly string[],
  known: KnownLog,
  fence: number,
): Promise<LoggedRoom> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const args = [known.life, known.number, known.mark, fence, LOG_TTL_MS, PAGE]
    const reply = await asks.ask(JOIN, keys, args)
    const [life, last, number, state, texts] = reply as [string, string, string, string, string[]]
    const checkpoint = number === '0' ? null : { number: Number(number), state }
    const batches = parseAll(texts, life)
    const isWhole = await readRest(asks, keys, batches, Number(number), Number(last))
    if (isWhole) return { life: Number(life), checkpoint, batches }
  }
  throw new ExchangeLost('the log is cut faster than it can be read')
}

/** Reads the remaining batches. Returns `false` if there was a gap. */
async function readRest(
  asks: Asks,
  keys: readonly string[],
  batches: LoggedBatch[],
  checkpoint: number,
  last: number,
): Promise<boolean> {
  const [room = '', log = ''] = keys
  for (;;) {
    const newest = batches.at(-1)
    const number = checkpoint + batches.length
    if (newest !== undefined && newest.batch.number !== number) return false
    if (number >= last) return true
    const reply = await asks.ask(READ, [room, log], [newest?.life ?? 0, number + 1, PAGE])
    if (reply === null || (reply as string[]).length === 0) return false
    batches.push(...parseAll(reply as string[], String(newest?.life)))
  }
}

function parseAll(texts: readonly string[], life: string): LoggedBatch[] {
  try {
    return texts.map(parseBatch)
  } catch (error) {
    throw new BrokenLog((error as Error).message, Number(life))
  }
}
