import type { Codec } from '../../packages/server/src/exchange/exchange.js'

/** Operations that are texts. */
export const TEXT_CODEC: Codec<string> = {
  write: (operation) => JSON.stringify(operation),
  read: (text) => JSON.parse(text) as string,
}
