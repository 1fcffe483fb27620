/** A request that isn't written yet, so that each of its parts can be changed. */
export interface Draft {
  method: string
  target: string
  version: string
  /** Lines without their ends. */
  headers: string[]
  /** The lines that say how long the body is. */
  framing: string[]
  body: Buffer
  /** Whether nothing of it is missing, so that the server has nothing to wait for. */
  isWhole: boolean
}

/** Returns the bytes of a text in which each character is a byte. */
export const rawBytes = (text: string): Buffer => Buffer.from(text, 'latin1')

export function bytesOf(draft: Draft): Buffer {
  const { method, target, version, headers, framing, body } = draft
  const lines = [`${method} ${target} ${version}`, ...headers, ...framing, '', '']
  return Buffer.concat([rawBytes(lines.join('\r\n')), body])
}
