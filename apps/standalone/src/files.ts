import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { join, relative } from 'node:path'
import { lookup } from 'mrmime'
import { acceptsCoding } from '@whereabouts/server/operate'

/** A file as it was built. */
interface File {
  readonly type: string
  readonly etag: string
  readonly plain: Buffer
  readonly br: Buffer | undefined
  readonly gzip: Buffer | undefined
}

/**
 * The files of a folder, held in memory. Sending one opens nothing, so readers that stop halfway hold no
 * file descriptor, and a file that is replaced or removed changes nothing until the next start.
 *
 * @see PROTOCOL.md OP40
 */
export class Files {
  readonly #files: ReadonlyMap<string, File>

  /** @throws {Error} if the folder can't be read */
  constructor(folder: string) {
    this.#files = readFiles(folder)
  }

  /** Sends the file at a path, or returns `false` if there is none. */
  send(
    { method, headers: asked }: IncomingMessage,
    response: ServerResponse,
    path: string,
    headers: OutgoingHttpHeaders,
  ): boolean {
    const file = this.#files.get(path)
    if (file === undefined) return false
    const all = { ...headers, ETag: file.etag, Vary: 'Accept-Encoding' }
    if (asked['if-none-match'] === file.etag) {
      response.writeHead(304, all).end()
      return true
    }
    const encoding = encodingOf(file, [asked['accept-encoding']].flat()[0])
    const body = encoding === undefined ? file.plain : file[encoding]!
    response.writeHead(200, {
      ...all,
      ...(encoding !== undefined && { 'Content-Encoding': encoding }),
      'Content-Type': file.type,
      'Content-Length': body.length,
    })
    response.end(method === 'HEAD' ? undefined : body)
    return true
  }
}

function encodingOf({ br, gzip }: File, accepted: string | undefined): 'br' | 'gzip' | undefined {
  if (br !== undefined && acceptsCoding(accepted, /^br$/)) return 'br'
  return gzip !== undefined && acceptsCoding(accepted, /^(?:x-)?gzip$/) ? 'gzip' : undefined
}

/** The build leaves a compressed copy beside each file that is worth it: `name.br` and `name.gz`. */
function readFiles(folder: string): ReadonlyMap<string, File> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const bytes = new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [`/${relative(folder, file)}`, readFileSync(file)] as const),
  )
  const files = [...bytes].filter(([path]) => !/\.(?:br|gz)$/.test(path))
  return new Map(
    files.map(([path, plain]) => {
      const [br, gzip] = [bytes.get(`${path}.br`), bytes.get(`${path}.gz`)]
      return [path, { type: typeOf(path), etag: etagOf(plain), plain, br, gzip }]
    }),
  )
}

function typeOf(path: string): string {
  const type = lookup(path) ?? 'application/octet-stream'
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}

/** Returns a validator that each of a file's encodings shares. */
export function etagOf(content: Buffer | string): string {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22)
  return `W/"${hash}"`
}
