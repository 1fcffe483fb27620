import type { Batch } from './exchange.js'
import type { NodeId } from './node.js'

/** The names of what the exchange keeps in Redis. All of a room is in one slot of a cluster. */
export class RedisKeys {
  readonly epoch: string
  readonly leases: string
  /** The channel of what concerns all nodes. */
  readonly notices: string

  constructor(private readonly prefix: string) {
    this.epoch = `${prefix}:{nodes}:epoch`
    this.leases = `${prefix}:{nodes}:leases`
    this.notices = `${prefix}:{nodes}:notices`
  }

  /** @param name of what is counted, and for whom */
  counter(name: string): string {
    return `${this.prefix}:budget:${name}`
  }

  room(roomName: string): string {
    return `${this.prefix}:{${roomName}}:room`
  }

  log(roomName: string): string {
    return `${this.prefix}:{${roomName}}:log`
  }

  /** @param following one of a node's, of all that it ever had */
  fence(roomName: string, following: string): string {
    return `${this.prefix}:{${roomName}}:fence:${following}`
  }

  channel(roomName: string): string {
    return `${this.prefix}:{${roomName}}:batches`
  }
}

/** A batch as it is written, its operations as JSON texts. */
export interface WrittenBatch extends Omit<Batch<never>, 'operations'> {
  readonly texts: readonly string[]
}

/** A batch, and which of the room's logs it is in. */
export interface LoggedBatch {
  /** The first version of the log. */
  readonly life: number
  readonly batch: WrittenBatch
}

/** Thrown if a room's log or channel has content that no node wrote. */
export class BrokenLog extends Error {
  override readonly name = 'BrokenLog'

  /** @param life of that log; 0 if it isn't known */
  constructor(
    message: string,
    readonly life = 0,
  ) {
    super(message)
  }
}

/**
 * Reads what the script `APPEND` wrote: `<life> <number> <atMs> <node>`, and a line an operation.
 *
 * @throws {BrokenLog} if it is something else
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
