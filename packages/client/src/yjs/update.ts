import { createID, decodeUpdate, Skip, UpdateEncoderV1 } from 'yjs'
import { Ranges } from './ranges.js'
import { endOf, queuesOf, type Struct } from './structs.js'

/** A decoded update. */
export interface DecodedUpdate {
  readonly structs: readonly Struct[]
  readonly deleted: Ranges
}

const NOTHING = new Ranges()

/** Decodes an update. @throws {Error} if it isn't an update of Yjs 13 */
export function readUpdate(update: Uint8Array): DecodedUpdate {
  const { structs, ds } = decodeUpdate(update)
  return { structs: structs.filter((struct) => isStruct(struct)), deleted: Ranges.of(ds) }
}

/** Returns whether a struct is one, and not a marker of a gap. */
export function isStruct(struct: Struct | Skip): struct is Struct {
  return !(struct instanceof Skip)
}

/** Encodes structs and deletions as an update; each client's structs are in order. */
export function encodeUpdate(
  structs: readonly Struct[],
  deleted: Ranges = NOTHING,
): Uint8Array<ArrayBuffer> {
  const encoder = new UpdateEncoderV1()
  const queues = queuesOf(structs)
  // Higher client ids come first, as Yjs writes them.
  queues.sort(([a], [b]) => b!.id.client - a!.id.client)
  // Version 1 encodes every count like a length.
  encoder.writeLen(queues.length)
  for (const queue of queues) writeClient(encoder, queue.toReversed())
  encoder.writeLen(deleted.clients.size)
  for (const [client, ranges] of deleted.clients) {
    encoder.writeClient(client)
    encoder.writeLen(ranges.length)
    for (const [start, end] of ranges) {
      encoder.writeLen(start)
      encoder.writeLen(end - start)
    }
  }
  return new Uint8Array(encoder.toUint8Array())
}

function writeClient(encoder: UpdateEncoderV1, structs: readonly Struct[]): void {
  const { client, clock } = structs[0]!.id
  const written: (Struct | Skip)[] = []
  let at = clock
  for (const struct of structs) {
    const gap = struct.id.clock - at
    if (gap > 0) written.push(new Skip(createID(client, at), gap))
    written.push(struct)
    at = endOf(struct)
  }
  encoder.writeLen(written.length)
  encoder.writeClient(client)
  encoder.writeLen(clock)
  for (const struct of written) struct.write(encoder, 0)
}
