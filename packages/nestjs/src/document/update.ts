import { Problem } from '@whereabouts/protocol'
import { decodeUpdateV2, UpdateDecoderV1 } from 'yjs'

type Decoder = ConstructorParameters<typeof UpdateDecoderV1>[0]

/**
 * Makes sure that bytes are an update, whole and with nothing after it, before a document sees them:
 * one that is cut off would be taken in by half, and one in Yjs's other encoding reads as an empty
 * one with something after it.
 *
 * @throws {Problem} bad-update
 */
export function checkUpdate(bytes: Uint8Array): void {
  let decoder: Decoder | undefined
  class Version1 extends UpdateDecoderV1 {
    constructor(given: Decoder) {
      super(given)
      decoder = given
    }
  }
  try {
    decodeUpdateV2(bytes, Version1)
  } catch {
    // Whatever Yjs stumbled over, it says no more than that this can't be read.
    throw badUpdate()
  }
  if (decoder?.pos !== bytes.byteLength) throw badUpdate()
}

/** What refuses an update. */
export function badUpdate(): Problem {
  return new Problem(
    'bad-update',
    'The body is one update of Yjs 13 in its encoding version 1, as Y.encodeStateAsUpdate() gives it.',
  )
}
