import type { Codec } from '../exchange/exchange.js'
import type { Operation } from '../room/operation.js'
import type { Numbered } from './outcomes.js'

/** Operations as JSON, the bytes of an update in base64. */
export const OPERATION_CODEC: Codec<Numbered> = {
  write: ([number, operation]) => JSON.stringify([number, toWritten(operation)]),
  read(text) {
    const [number, written] = JSON.parse(text) as [number, WrittenOperation]
    return [number, fromWritten(written)]
  },
}

type WrittenOperation =
  | Exclude<Operation, { do: 'update' }>
  | (Omit<Extract<Operation, { do: 'update' }>, 'bytes'> & { readonly bytes?: string })

function toWritten(operation: Operation): WrittenOperation {
  if (operation.do !== 'update' || operation.bytes === undefined) {
    return operation as WrittenOperation
  }
  const { buffer, byteOffset, byteLength } = operation.bytes
  return { ...operation, bytes: Buffer.from(buffer, byteOffset, byteLength).toString('base64') }
}

function fromWritten(written: WrittenOperation): Operation {
  if (written.do !== 'update' || written.bytes === undefined) return written as Operation
  return { ...written, bytes: new Uint8Array(Buffer.from(written.bytes, 'base64')) }
}
