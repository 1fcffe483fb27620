import { UpdateEncoderV1 } from 'yjs'

/** A Yjs update of many authors, whose content is deleted. @param first the lowest of their client ids */
export function authors(count: number, first = 1): Uint8Array {
  const encoder = new UpdateEncoderV1()
  encoder.writeLen(count)
  for (let client = first + count - 1; client >= first; client--)
    for (const value of [1, client, 0, 0, 1]) encoder.writeLen(value)
  encoder.writeLen(0)
  return encoder.toUint8Array()
}
