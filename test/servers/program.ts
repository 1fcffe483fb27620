import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { find, missing, type Need } from '../../scripts/needs.mjs'

const LOOK_MS = 50
const END_MS = 5_000

/** How to run a program of the system that listens on a port. */
export interface Program {
  readonly need: Need
  readonly port: number
  /** The files that it reads, by their names in its own folder. */
  readonly files: { readonly [name: string]: string }
  readonly args: (folder: string) => readonly string[]
}

/** Runs a program in a folder of its own until the test ends. */
export async function startProgram({ need, port, files, args }: Program): Promise<AsyncDisposable> {
  const path = find(need)
  if (path === undefined) throw new Error(missing(need))
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-proxy-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const env = { PATH: process.env['PATH'], HOME: folder, XDG_DATA_HOME: folder }
  const child = spawn(path, args(folder), { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => (said += chunk.toString()))
  }
  const stop = async () => {
    await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    while (!(await isListening(port))) {
      if (child.exitCode !== null) throw new Error(`${need.name} ended: ${said}`)
      await setTimeout(LOOK_MS)
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { [Symbol.asyncDispose]: stop }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const hasEnded = await Promise.race([exited.then(() => true), setTimeout(END_MS, false)])
  if (!hasEnded) child.kill('SIGKILL')
  await exited
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const settle = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
