import type { Codec } from '../../packages/server/src/exchange/exchange.js'

/** A codec for operations that are strings. */
export const TEXT_CODEC: Codec<string> = {
  write: (operation) => JSON.stringify(operation),
  read: (text) => JSON.parse(text) as string,
}
