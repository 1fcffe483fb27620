import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url))

/** The output and exit code of a command. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly bytes: Buffer
  readonly err: string
}

/**
 * Runs `whereabouts` like an operator.
 *
 * @param cwd where it is run, if that matters
 */
export async function runCommand(
  args: readonly string[],
  environment: { readonly [name: string]: string },
  cwd?: string,
): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  const bytes = Buffer.concat(out)
  return { code, out: bytes.toString(), bytes, err: Buffer.concat(err).toString() }
}
