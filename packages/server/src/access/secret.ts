import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SECRET_FILE = 'secret'

/**
 * Returns the secret behind member ids: the given one, or else the one in the data folder, created if
 * necessary. Without a data folder, returns a new one.
 *
 * @throws {Error} if the data folder can't be written or its secret is empty
 * @see PROTOCOL.md ID6
 */
export function resolveSecret(given: string | undefined, dataDir: string | undefined): string {
  if (given !== undefined) return given
  if (dataDir === undefined) return newSecret()
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, SECRET_FILE)
  return readSecret(file) ?? makeSecret(file)
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

function readSecret(file: string): string | undefined {
  try {
    const secret = readFileSync(file, 'utf8').trim()
    if (secret === '')
      throw new Error(`${file} is empty. Delete it, and the server makes a new secret.`)
    return secret
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Creates the secret with an atomic link, so that two processes that start at once share one secret. */
function makeSecret(file: string): string {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, `${newSecret()}\n`, { mode: 0o600, flush: true })
  // The umask may have removed permissions.
  chmodSync(draft, 0o600)
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  return readSecret(file)!
}
