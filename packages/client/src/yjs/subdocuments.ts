import type { Doc } from 'yjs'
import { callSafely } from '../store.js'
import type { RoomProvider } from './room-provider.js'

/**
 * Keeps each loaded subdocument of a document in a room of its own, with a provider of its own.
 *
 * @see PROTOCOL.md YJ6, YJ8, CL132
 */
export class Subdocuments {
  readonly providers = new Map<Doc, RoomProvider>()
  /** Loaded ones that got no provider. */
  readonly #unkept = new Set<Doc>()
  readonly #provide: (subdocument: Doc) => RoomProvider
  readonly #changedUnkept: () => void
  #doc: Doc | null = null

  /**
   * @param provide joins the room of a subdocument
   * @param changedUnkept called when {@link hasUnkept} may have changed
   */
  constructor(provide: (subdocument: Doc) => RoomProvider, changedUnkept: () => void) {
    this.#provide = provide
    this.#changedUnkept = changedUnkept
  }

  /** Whether a loaded subdocument is kept nowhere. */
  get hasUnkept(): boolean {
    return this.#unkept.size > 0
  }

  /** Follows a document in place of the one before, and loads in it what was loaded there. */
  follow(doc: Doc): void {
    const loaded = new Set([...this.providers.keys(), ...this.#unkept].map(({ guid }) => guid))
    void this.close()
    this.#unkept.clear()
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
      this.#unkept.add(subdocument)
      subdocument.on('destroy', () => void this.#close(subdocument))
      // Any editor chooses a guid: one that has no room must not keep the others from theirs.
      callSafely(() => {
        this.providers.set(subdocument, this.#provide(subdocument))
        this.#unkept.delete(subdocument)
      })
    }
    this.#changedUnkept()
  }

  async #close(subdocument: Doc): Promise<void> {
    if (this.#unkept.delete(subdocument)) this.#changedUnkept()
    const provider = this.providers.get(subdocument)
    if (!this.providers.delete(subdocument)) return
    await provider?.destroy()
    await provider?.room.leave()
  }
}
