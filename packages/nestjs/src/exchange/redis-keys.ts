import type { Batch } from './exchange.js'

/** The names of what the exchange keeps in Redis. All of a room is in one slot of a cluster. */
export class RedisKeys {
  readonly epoch: string
  readonly leases: string

  constructor(private readonly prefix: string) {
    this.epoch = `${prefix}:{nodes}:epoch`
    this.leases = `${prefix}:{nodes}:leases`
  }

  room(room: string): string {
    return `${this.prefix}:{${room}}:room`
  }

  log(room: string): string {
    return `${this.prefix}:{${room}}:log`
  }

  /** @param following one of a node's, of all that it ever had */
  fence(room: string, following: string): string {
    return `${this.prefix}:{${room}}:fence:${following}`
  }

  channel(room: string): string {
    return `${this.prefix}:{${room}}:batches`
  }
}

/** A batch as it is written, its operations as JSON texts. */
export interface WrittenBatch extends Omit<Batch, 'operations'> {
  readonly texts: readonly string[]
}

/** A batch, and which of the room's logs it is in. */
export interface LoggedBatch {
  /** The first version of the log. */
  readonly life: number
  readonly batch: WrittenBatch
}

/** Reads what the script `APPEND` wrote: `<life> <number> <atMs> <node>`, and a line an operation. */
export function parseBatch(text: string): LoggedBatch {
  const [head = '', ...texts] = text.split('\n')
  const [life, number, atMs, node = ''] = head.split(' ')
  const batch = { number: Number(number), atMs: Number(atMs), node, texts }
  return { life: Number(life), batch }
}
