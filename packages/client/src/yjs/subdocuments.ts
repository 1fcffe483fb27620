import type { Doc } from 'yjs'
import type { RoomProvider } from './room-provider.js'

/**
 * Keeps each loaded subdocument of a document in a room of its own, with a provider of its own.
 *
 * @see PROTOCOL.md YJ6, YJ8
 */
export class Subdocuments {
  readonly providers = new Map<Doc, RoomProvider>()
  readonly #provide: (subdocument: Doc) => RoomProvider
  #doc: Doc | null = null

  /** @param provide joins the room of a subdocument */
  constructor(provide: (subdocument: Doc) => RoomProvider) {
    this.#provide = provide
  }

  /** Follows a document in place of the one before, and loads in it what was loaded there. */
  follow(doc: Doc): void {
    const loaded = new Set([...this.providers.keys()].map(({ guid }) => guid))
    void this.close()
    this.#doc = doc
    doc.on('subdocs', this.#changed)
    for (const subdocument of doc.getSubdocs()) {
      if (loaded.has(subdocument.guid)) subdocument.load()
      if (subdocument.shouldLoad) this.#load([subdocument])
    }
  }

  /** Leaves all rooms; resolves when what could be posted is posted. */
  async close(): Promise<void> {
    this.#doc?.off('subdocs', this.#changed)
    await Promise.all([...this.providers.keys()].map((subdocument) => this.#close(subdocument)))
  }

  readonly #changed = ({ loaded }: { readonly loaded: ReadonlySet<Doc> }): void =>
    this.#load([...loaded])

  #load(subdocuments: readonly Doc[]): void {
    for (const subdocument of subdocuments) {
      if (this.providers.has(subdocument)) continue
      this.providers.set(subdocument, this.#provide(subdocument))
      subdocument.on('destroy', () => void this.#close(subdocument))
    }
  }

  async #close(subdocument: Doc): Promise<void> {
    const provider = this.providers.get(subdocument)
    if (!this.providers.delete(subdocument)) return
    await provider?.destroy()
    await provider?.room.leave()
  }
}
