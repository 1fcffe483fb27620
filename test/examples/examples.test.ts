import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { within } from 'whereabouts-conformance/deadline'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { end } from 'whereabouts-conformance/stream'
import { freePort } from '../servers/free-port.js'

const EXAMPLES = [
  'node-http/main.mjs',
  'express/main.mjs',
  'fastify/main.mjs',
  'hono/main.mjs',
  'nest/dist/main.js',
]
const ALL = join(import.meta.dirname, '../../examples')

it.each(EXAMPLES)(
  '[HT18] [HT19] examples/%s answers the calls, and shuts down cleanly',
  async (file) => {
    await using example = await startExample(file)
    expect(await (await fetch(example.baseUrl)).text()).toBe('The application itself')
    const room = new TestRoom(example.baseUrl)
    await using stream = await room.join(memberKey())
    const { self } = await room.move(memberKey(), { cell: 'C5' })
    await stream.until('the frame', ({ members }) => members.has(self))
    example.child.kill('SIGTERM')
    await stream.next('goodbye')
    await end(stream)
    const [code, signal] = await within(example.exited, 'the end of the example')
    // Nest raises the signal again once all is closed.
    expect(code ?? signal).toBeOneOf([0, 'SIGTERM'])
  },
)

it('each example has fewer than 100 lines', async () => {
  const names = await readdir(ALL, { withFileTypes: true })
  // A provider of its own, which is the point of that one; and ten editors, each with what they share.
  const others = new Set(['univer', 'bindings'])
  const folders = names.filter((each) => each.isDirectory() && !others.has(each.name))
  const lengths = await Promise.all(folders.map(({ name }) => linesOf(join(ALL, name))))
  expect(lengths.length).toBeGreaterThan(10)
  for (const [index, lines] of lengths.entries()) {
    expect(lines, folders[index]!.name).toBeLessThan(100)
  }
  for (const editor of await readdir(join(ALL, 'bindings', 'editors'))) {
    const text = await readFile(join(ALL, 'bindings', 'editors', editor), 'utf8')
    expect(text.split('\n').length, editor).toBeLessThan(100)
  }
})

/** Counts the lines of code in a folder: what somebody has to read. */
async function linesOf(folder: string): Promise<number> {
  const found = await readdir(folder, { recursive: true })
  const files = found.filter(
    (file) =>
      /\.(ts|tsx|mjs|vue|html)$/.test(file) && !/(^|\/)(node_modules|dist|\.next)\//.test(file),
  )
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return texts
    .join('')
    .split('\n')
    .filter((line) => line.trim() !== '').length
}

interface Example extends AsyncDisposable {
  readonly baseUrl: string
  readonly child: ChildProcess
  readonly exited: Promise<unknown[]>
}

async function startExample(file: string): Promise<Example> {
  const port = await freePort()
  const path = join(ALL, file)
  const env = { PATH: process.env['PATH'], PORT: String(port) }
  const child = spawn(process.execPath, [path], { env, stdio: 'ignore' })
  const exited = once(child, 'exit')
  const baseUrl = `http://localhost:${port}`
  const answers = () => fetch(baseUrl).then(({ ok }) => ok)
  await expect.poll(() => answers().catch(() => false), { timeout: 30_000 }).toBe(true)
  return {
    baseUrl,
    child,
    exited,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
