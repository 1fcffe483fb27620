import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { postUpdate } from 'whereabouts-conformance/document'
import { call, expectProblem, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { startPlain } from '../servers/plain.js'
import { startServer } from '../servers/standalone.js'

const NARROW = new URL('./narrow.store.mjs', import.meta.url)
/** More than the server writes beside an update. */
const MUCH = 1_000_000
/** How many updates of any size a disk of 3 MB has no space for. */
const MOST_POSTS = 1_000

const isReady = async ({ baseUrl }: { readonly baseUrl: string }) =>
  (await call(`${baseUrl}/health/ready`)).status === 200

function textUpdate(text: string): Uint8Array {
  const doc = new Doc()
  doc.getText('body').insert(0, text)
  return encodeStateAsUpdate(doc)
}

it('[OP50] after a post was refused, a server is ready when its store can take as much', async () => {
  using folder = newFolder()
  const file = join(folder.path, 'free')
  const free = (bytes: number) => writeFileSync(file, String(bytes))
  free(MUCH)
  await using server = await startPlain({ store: { module: NARROW, options: { file } } })
  const room = new TestRoom(server.baseUrl)
  expect(await postUpdate(room, textUpdate('a'))).toMatchObject({ status: 200 })
  free(10)
  expect(await isReady(server)).toBe(true)
  expectProblem(await postUpdate(room, textUpdate('b'.repeat(1_000))), 'store-failed')
  await expectRefused('store-failed', `${server.baseUrl}/health/ready`)
  free(60_000)
  expect(await isReady(server)).toBe(false)
  free(MUCH)
  expect(await isReady(server)).toBe(true)
  free(10)
  expectProblem(await postUpdate(room, textUpdate('c'.repeat(1_000))), 'store-failed')
  expect(await isReady(server)).toBe(false)
  // A post that is stored says it as well.
  free(1_100)
  expect(await isReady(server)).toBe(false)
  expect(await postUpdate(room, textUpdate('c'.repeat(1_000)))).toMatchObject({ status: 200 })
  expect(await isReady(server)).toBe(true)
})

if (canMount()) {
  it('[OP50 DO35] a server whose disk is full isn’t ready, until there is space again', async () => {
    using disk = newFolder()
    mount(disk.path, '3m')
    using _mounted = { [Symbol.dispose]: () => unmount(disk.path) }
    await using server = await startServer({ dataDir: disk.path })
    const room = new TestRoom(server.baseUrl)
    // Small updates may still fit where a large one doesn't.
    for (const length of [100_000, 10_000, 10]) await fill(room, length)
    for (let count = 0; count < 5; count++) {
      await expectRefused('store-failed', `${server.baseUrl}/health/ready`)
      await fill(room, 10)
    }
    mount(disk.path, '30m', 'remount')
    expect(await isReady(server)).toBe(true)
    expect(await postUpdate(room, textUpdate('small'))).toMatchObject({ status: 200 })
  })
}

/** Posts until one is refused. */
async function fill(room: TestRoom, length: number): Promise<void> {
  for (let count = 0; count < MOST_POSTS; count++) {
    const answer = await postUpdate(room, textUpdate('x'.repeat(length)))
    if (answer.status === 503) return void expectProblem(answer, 'store-failed')
  }
  throw new Error(`the disk has space for ${MOST_POSTS} updates of ${length} letters`)
}

function mount(path: string, size: string, ...options: readonly string[]): void {
  const all = [...options, `size=${size}`].join(',')
  execFileSync('mount', ['-t', 'tmpfs', '-o', all, 'tmpfs', path], { stdio: 'ignore' })
}

function unmount(path: string): void {
  execFileSync('umount', ['-l', path])
}

/** Only root may, and not in every container. */
function canMount(): boolean {
  using folder = newFolder()
  try {
    mount(folder.path, '1m')
    unmount(folder.path)
    return true
  } catch {
    return false
  }
}

function newFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'whereabouts-full-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
