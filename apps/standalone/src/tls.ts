import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, statSync, unwatchFile, watchFile } from 'node:fs'
import type { Http2SecureServer } from 'node:http2'
import type { Log } from '@whereabouts/server'

/** How often the files are looked at. */
const LOOK_MS = 60_000
/** The bit of a file's mode by which every user of the machine can read it. */
const READABLE_BY_ALL = 0o004

/** The files with the certificate, followed by those of its issuers, and with its key. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

/** The content of the files. */
export interface TlsContent {
  readonly cert: Buffer
  readonly key: Buffer
}

/** What is wrong with one of the files. */
export class TlsFault extends Error {
  constructor(
    readonly file: keyof TlsFiles,
    message: string,
  ) {
    super(message)
  }
}

/** @throws {TlsFault} if a file can't be read, or the key isn't that of the certificate */
export function readTls(files: TlsFiles): TlsContent {
  const content = { cert: read(files, 'cert'), key: read(files, 'key') }
  const certificate = parse(files, 'cert', 'certificate', () => new X509Certificate(content.cert))
  const key = parse(files, 'key', 'private key without a password', () =>
    createPrivateKey(content.key),
  )
  if (certificate.checkPrivateKey(key)) return content
  throw new TlsFault('key', `${files.key} is not the key of ${files.cert}`)
}

function read(files: TlsFiles, file: keyof TlsFiles): Buffer {
  try {
    return readFileSync(files[file])
  } catch (error) {
    throw new TlsFault(file, `${files[file]} can't be read: ${(error as Error).message}`)
  }
}

function parse<T>(files: TlsFiles, file: keyof TlsFiles, what: string, from: () => T): T {
  try {
    return from()
  } catch {
    throw new TlsFault(file, `${files[file]} must be a ${what} in PEM`)
  }
}

/** Warns of a key that isn't private. @see PROTOCOL.md HT41 */
function warnOfRights({ key }: TlsFiles, log: Log): void {
  // A key that was just replaced may not be there for a moment.
  const mode = statSync(key, { throwIfNoEntry: false })?.mode ?? 0
  if ((mode & READABLE_BY_ALL) === 0 || process.platform === 'win32') return
  log.warn(`every user of this machine can read the key in ${key}: run "chmod o-r ${key}"`)
}

/**
 * Has a server use a renewed certificate for new connections, when a file changes and on SIGHUP.
 *
 * @returns how to stop that
 * @see PROTOCOL.md HT34, HT41
 */
export function followTls(server: Http2SecureServer, files: TlsFiles, log: Log): () => void {
  const both = [files.cert, files.key]
  const renew = (): void => {
    try {
      server.setSecureContext(readTls(files))
    } catch (error) {
      // The other file may follow in a moment.
      return log.warn(`the old certificate is still used: ${(error as Error).message}`)
    }
    log.info(`the certificate was read again from ${files.cert}`)
    warnOfRights(files, log)
  }
  warnOfRights(files, log)
  for (const file of both) {
    watchFile(file, { interval: LOOK_MS, persistent: false }, renew)
  }
  process.on('SIGHUP', renew)
  return () => {
    for (const file of both) unwatchFile(file, renew)
    process.off('SIGHUP', renew)
  }
}
