const SLOTS = 16_384
const POLYNOMIAL = 0x1021

/** The contribution of each byte to the checksum. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 8
  for (let bit = 0; bit < 8; bit++) {
    sum = (sum & 0x8000) === 0 ? sum << 1 : (sum << 1) ^ POLYNOMIAL
  }
  return sum
})

/**
 * Returns the cluster slot of a key or channel: the CRC16 (XMODEM) of the text between its braces.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ "Hash tags"
 */
export function slotOf(key: string): number {
  const tag = /\{([^}]+)\}/.exec(key)?.[1] ?? key
  let sum = 0
  for (const byte of Buffer.from(tag)) {
    sum = ((sum << 8) & 0xffff) ^ TABLE[(sum >> 8) ^ byte]!
  }
  return sum % SLOTS
}
