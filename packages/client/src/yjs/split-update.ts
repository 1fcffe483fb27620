import { decodeUpdate, UpdateEncoderV1 } from 'yjs'

type Decoded = ReturnType<typeof decodeUpdate>
type Struct = Decoded['structs'][number]
/** Structs that follow one another, of one client. */
type Run = [Struct, ...Struct[]]

// More than the counts, the client and the clock that stand before each run can take.
const RUN_BYTES = 32

/**
 * The parts of an update, none over a size, which together are as good as the whole. What it deletes
 * is in the last part. A single thing that is larger than the size is a part of its own.
 */
export function splitUpdate(update: Uint8Array, maxBytes: number): Uint8Array[] {
  if (update.length <= maxBytes) return [update]
  const { structs, ds } = decodeUpdate(update)
  const parts: Run[][] = []
  let bytes = Number.POSITIVE_INFINITY
  let before: Struct | undefined
  for (const struct of structs) {
    const more = bytesOf(struct) + (follows(before, struct) ? 0 : RUN_BYTES)
    if (bytes + more > maxBytes) {
      parts.push([[struct]])
      bytes = RUN_BYTES + bytesOf(struct)
    } else {
      if (follows(before, struct)) parts.at(-1)?.at(-1)?.push(struct)
      else parts.at(-1)?.push([struct])
      bytes += more
    }
    before = struct
  }
  const encoded = parts.map((runs) => encode(runs, new Map()))
  return ds.clients.size === 0 ? encoded : [...encoded, encode([], ds.clients)]
}

function follows(before: Struct | undefined, struct: Struct): boolean {
  return (
    before?.id.client === struct.id.client && before.id.clock + before.length === struct.id.clock
  )
}

function bytesOf(struct: Struct): number {
  const encoder = new UpdateEncoderV1()
  struct.write(encoder, 0)
  return encoder.toUint8Array().length
}

/** Writes an update; every count in version 1 is written like a length. */
function encode(runs: readonly Run[], deleted: Decoded['ds']['clients']): Uint8Array {
  const encoder = new UpdateEncoderV1()
  encoder.writeLen(runs.length)
  for (const run of runs) {
    encoder.writeLen(run.length)
    encoder.writeClient(run[0].id.client)
    encoder.writeLen(run[0].id.clock)
    for (const struct of run) struct.write(encoder, 0)
  }
  encoder.writeLen(deleted.size)
  for (const [client, ranges] of deleted) {
    encoder.writeClient(client)
    encoder.writeLen(ranges.length)
    for (const { clock, len } of ranges) {
      encoder.writeLen(clock)
      encoder.writeLen(len)
    }
  }
  return encoder.toUint8Array()
}
