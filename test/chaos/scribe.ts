import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { applyUpdate, Doc } from 'yjs'
import { ROOM } from './person.js'

const WRITE_EVERY_MS = 250
const ANSWER_WITHIN_MS = 3_000
const TRY_AGAIN_MS = 200

/**
 * Writes to the document, one update after another. Each is posted unchanged until it is
 * acknowledged and then never again, unlike the client's provider, which posts again what a
 * server lacks. So a lost update stays lost.
 */
export class Scribe {
  readonly #acknowledged: string[] = []
  readonly #stop = new AbortController()
  readonly #end = new AbortController()
  readonly #done: Promise<void>

  constructor(
    private readonly url: string,
    private readonly name: string,
  ) {
    this.#done = this.#writeAll()
  }

  /** Stops writing. Resolves with everything that it wrote, when all of it is acknowledged. */
  async written(): Promise<readonly string[]> {
    this.#stop.abort()
    await this.#done
    return this.#acknowledged
  }

  /** Ends immediately, even if the last update is not acknowledged. */
  giveUp(): void {
    this.#stop.abort()
    this.#end.abort()
  }

  async #writeAll(): Promise<void> {
    const { signal } = this.#stop
    const doc = new Doc()
    let update = new Uint8Array()
    doc.on('update', (bytes: Uint8Array) => {
      update = Uint8Array.from(bytes)
    })
    while (!signal.aborted) {
      const entry = `${this.name}:${this.#acknowledged.length}`
      doc.getMap('writes').set(entry, true)
      const key = randomUUID()
      while (!(await this.#isTaken(update, key))) {
        if (this.#end.signal.aborted) return
        await setTimeout(TRY_AGAIN_MS)
      }
      this.#acknowledged.push(entry)
      await setTimeout(WRITE_EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  async #isTaken(body: Uint8Array<ArrayBuffer>, key: string): Promise<boolean> {
    const headers = { 'content-type': 'application/octet-stream', 'idempotency-key': key }
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    try {
      const address = `${this.url}/rooms/${ROOM}/document`
      const answer = await fetch(address, { method: 'POST', headers, body, signal })
      await answer.text()
      return answer.ok
    } catch {
      // The update may have been stored or not.
      return false
    }
  }
}

/** Returns the entries of the document at a node. */
export async function readWrites(url: string): Promise<ReadonlySet<string>> {
  const answer = await fetch(`${url}/rooms/${ROOM}/document`)
  if (!answer.ok) throw new Error(`reading the document: ${answer.status} ${await answer.text()}`)
  const doc = new Doc()
  applyUpdate(doc, new Uint8Array(await answer.arrayBuffer()))
  return writesOf(doc)
}

/** Returns the entries in a copy of the document. */
export function writesOf(doc: Doc): ReadonlySet<string> {
  return new Set(doc.getMap('writes').keys())
}
