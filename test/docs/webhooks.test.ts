import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { freePort } from '../servers/free-port.js'
import { startServer } from '../servers/standalone.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const OPTIONS = ['--target', 'es2023', '--module', 'nodenext', '--types', 'node', '--strict']

/** Compiles the page's receiver. Returns its file. */
async function compile(folder: string): Promise<string> {
  const page = await readFile(join(ROOT, 'docs/how-to/webhooks.md'), 'utf8')
  const [, code = ''] = /^```ts\n([^]*?)^```$/m.exec(page) ?? []
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await writeFile(join(folder, 'receiver.ts'), code)
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  await promisify(execFile)(tsc, [...OPTIONS, 'receiver.ts'], { cwd: folder })
  return join(folder, 'receiver.js')
}

it('[WH4] the receiver of the guide takes each message once, and refuses what isn’t signed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-receiver-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: SECRET }
  const receiver = spawn(process.execPath, [await compile(folder)], { env })
  let output = ''
  receiver.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  try {
    const forged = () => call(url, { json: { type: 'forged' } }).catch(() => undefined)
    await expect.poll(forged).toMatchObject({ status: 401 })
    const variables = { WHEREABOUTS_WEBHOOK_URL: url, WHEREABOUTS_WEBHOOK_SECRET: SECRET }
    await using server = await startServer({}, 0, [], variables)
    const room = new TestRoom(server.baseUrl)
    const key = memberKey()
    await room.move(key, 'A1', { name: 'Ada' })
    await room.leave(key)
    await expect.poll(() => output.match(/type: '\w+'/g)?.length).toBe(4)
    expect(output).toContain("name: 'Ada'")
    expect(output).not.toContain('forged')
  } finally {
    receiver.kill()
    await once(receiver, 'exit')
    await rm(folder, { recursive: true })
  }
})
