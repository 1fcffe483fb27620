import type { DocumentFiles, FileCall } from '../document-files.js'
import { type Bodies, mediaType } from './body.js'
import type { Call } from './call.js'

const NO_FILES: DocumentFiles = {
  types: [],
  maxBytes: 0,
  read: async (_type, file) => file,
  write: async (_type, update) => update,
}
/** What a caller takes who says nothing else. */
const BYTES: ReadonlySet<string> = new Set(['*/*', 'application/*', 'application/octet-stream'])

/** The files that are posted and asked for. @see FILES.md FL15, FL16 */
export class FileBodies {
  readonly #files: DocumentFiles

  constructor(
    files: DocumentFiles | undefined,
    private readonly bodies: Bodies,
  ) {
    this.#files = files ?? NO_FILES
  }

  /** The types of the files that can be posted. */
  get types(): readonly string[] {
    return this.#files.types
  }

  /** Returns the type of the file that is posted; `undefined` if it is none. */
  posted(call: Call): string | undefined {
    const type = this.bodies.typeOf(call)
    return this.#files.types.includes(type) ? type : undefined
  }

  /** Returns the type of the file that is asked for before anything else; `undefined` if it is none. */
  accepted({ request }: Call): string | undefined {
    const asked = (request.headers.accept ?? '').split(',').map(mediaType)
    const first = asked.find((type) => BYTES.has(type) || this.#files.types.includes(type))
    return first === undefined || BYTES.has(first) ? undefined : first
  }

  /** @throws {Problem} too-large, unsupported-media-type, too-many-connections */
  bytes(call: Call): Promise<Uint8Array> {
    return this.bodies.readFile(call, this.#files.maxBytes)
  }

  /** @throws {Problem} what is wrong with the file */
  read(type: string, file: Uint8Array, call: FileCall): Promise<Uint8Array> {
    return this.#files.read(type, file, call)
  }

  write(type: string, update: Uint8Array, call: FileCall): Promise<Uint8Array> {
    return this.#files.write(type, update, call)
  }
}
