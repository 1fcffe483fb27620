/** All kept texts together take at most so many bytes. */
const MOST_BYTES = 33_554_432
/** The memory of a text beside its bytes. */
const ENTRY_BYTES = 1_024

/**
 * The texts of answers about rooms, shared between all callers that ask for the same. The ones that were
 * asked for least recently are dropped first. A name says which text it is, and of which version.
 *
 * @see PROTOCOL.md FR28
 */
export class AnswerTexts {
  /** The most recent one last. */
  readonly #texts = new Map<string, Buffer>()
  #bytes = 0

  /** @param mostBytes the limit for all texts together */
  constructor(private readonly mostBytes = MOST_BYTES) {}

  /**
   * Returns the text with a name.
   *
   * @param make makes the text if it isn't kept; `undefined` isn't kept
   */
  get(name: string, make: () => string | undefined): Buffer | undefined {
    const known = this.#texts.get(name)
    if (known !== undefined) {
      this.#texts.delete(name)
      this.#texts.set(name, known)
      return known
    }
    const text = make()
    if (text === undefined) return undefined
    const made = Buffer.from(text)
    this.#keep(name, made)
    return made
  }

  #keep(name: string, text: Buffer): void {
    this.#texts.set(name, text)
    this.#bytes += text.byteLength + ENTRY_BYTES
    for (const [oldest, { byteLength }] of this.#texts) {
      if (this.#bytes <= this.mostBytes) return
      this.#texts.delete(oldest)
      this.#bytes -= byteLength + ENTRY_BYTES
    }
  }
}
