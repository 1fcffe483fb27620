import type { Batch } from './exchange.js'
import type { NodeId } from './node.js'

/** The names of the exchange's keys in Redis. All keys of a room are in one slot of a cluster. */
export class RedisKeys {
  readonly epoch: string
  readonly leases: string
  /** The channel for messages to all nodes. */
  readonly notices: string

  constructor(private readonly prefix: string) {
    this.epoch = `${prefix}:{nodes}:epoch`
    this.leases = `${prefix}:{nodes}:leases`
    this.notices = `${prefix}:{nodes}:notices`
  }

  /** @param name of the counter, including the person or thing that it counts for */
  counter(name: string): string {
    return `${this.prefix}:budget:${name}`
  }

  room(roomName: string): string {
    return `${this.prefix}:{${roomName}}:room`
  }

  log(roomName: string): string {
    return `${this.prefix}:{${roomName}}:log`
  }

  /** @param following identifies one following among all of every node */
  fence(roomName: string, following: string): string {
    return `${this.prefix}:{${roomName}}:fence:${following}`
  }

  promise(roomName: string, memberId: string): string {
    return `${this.prefix}:{${roomName}}:promise:${memberId}`
  }

  channel(roomName: string): string {
    return `${this.prefix}:{${roomName}}:batches`
  }
}

/** A batch in its stored form, with operations as JSON texts. */
export interface WrittenBatch extends Omit<Batch<never>, 'operations'> {
  readonly texts: readonly string[]
}

/** A batch, and the log of the room that contains it. */
export interface LoggedBatch {
  /** The first version of the log. */
  readonly life: number
  readonly batch: WrittenBatch
}

/** Thrown if a room's log or channel has content that no node could have written. */
export class BrokenLog extends Error {
  override readonly name = 'BrokenLog'

  /** @param life of that log; 0 if unknown */
  constructor(
    message: string,
    readonly life = 0,
  ) {
    super(message)
  }
}

/**
 * Parses a batch of the script `APPEND`: `<life> <number> <atMs> <node>`, then one line per operation.
 *
 * @throws {BrokenLog} if the text has another form
 */
export function parseBatch(text: string): LoggedBatch {
  const [head = '', ...texts] = text.split('\n')
  const [, ...words] = HEAD.exec(head) ?? []
  const [life = 0, number = 0, atMs = 0] = words.slice(0, 3).map(Number)
  const node = words[3] as NodeId | undefined
  if (node === undefined) throw new BrokenLog(`not a batch: ${head.slice(0, SHOWN_CHARACTERS)}`)
  return { life, batch: { number, atMs, node, texts } }
}

const HEAD = /^(\d+) (\d+) (\d+) (\S+)$/
const SHOWN_CHARACTERS = 80
