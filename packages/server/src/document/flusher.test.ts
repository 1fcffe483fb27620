import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { Flusher } from './flusher.js'

/** A file, and a flusher of it whose flushes end when the test says so. */
function start() {
  const folder = mkdtempSync(join(tmpdir(), 'whereabouts-flusher-'))
  const file = join(folder, 'log')
  writeFileSync(file, 'one')
  const flushes: { descriptor: number; end: (error?: Error) => void }[] = []
  const flusher = new Flusher(file, (descriptor) => {
    return new Promise((resolve, reject) => {
      flushes.push({ descriptor, end: (error) => (error ? reject(error) : resolve()) })
    })
  })
  const begun = (count: number) => vi.waitUntil(() => flushes.length === count)
  const end = () => {
    flusher.close()
    rmSync(folder, { recursive: true })
  }
  return { file, flusher, flushes, begun, [Symbol.dispose]: end }
}

it('[DO52] everybody who waits at once is flushed for once, and by a flush that began later', async () => {
  using place = start()
  const { flusher, flushes, begun } = place
  const first = Array.from({ length: 50 }, () => flusher.flush())
  await begun(1)
  let isLate = true
  const second = Array.from({ length: 50 }, () =>
    flusher.flush().then(() => {
      isLate = false
    }),
  )
  flushes[0]!.end()
  await Promise.all(first)
  await begun(2)
  expect(isLate).toBe(true)
  flushes[1]!.end()
  await Promise.all(second)
  expect(flusher.count).toBe(2)
})

it('[DO52] a file that was created again is flushed, and not the one before', async () => {
  using place = start()
  const { file, flusher, flushes, begun } = place
  const first = flusher.flush()
  await begun(1)
  flushes[0]!.end()
  await first
  renameSync(file, `${file}.old`)
  await expect(flusher.flush()).rejects.toThrow(/ENOENT/)
  writeFileSync(file, 'two')
  const second = flusher.flush()
  await begun(2)
  flushes[1]!.end()
  await expect(second).resolves.toBeUndefined()
})

it('[DO55] after a failed flush, every later one fails', async () => {
  using place = start()
  const { flusher, flushes, begun } = place
  const first = flusher.flush()
  await begun(1)
  const second = flusher.flush()
  flushes[0]!.end(new Error('EIO: i/o error, fdatasync'))
  await expect(first).rejects.toThrow(/EIO.*restart/)
  await expect(second).rejects.toThrow(/EIO/)
  await expect(flusher.flush()).rejects.toThrow(/EIO/)
  expect(() => flusher.assertWell()).toThrow(/EIO/)
  expect(flushes).toHaveLength(1)
})

it('[DO45] those who wait for a disk that doesn’t answer can be refused', async () => {
  using place = start()
  const { flusher, flushes, begun } = place
  const waiting = [flusher.flush()]
  await begun(1)
  waiting.push(flusher.flush())
  flusher.abandon(new Error('shutting down'))
  for (const each of waiting) await expect(each).rejects.toThrow('shutting down')
  flushes[0]!.end()
  await begun(2)
  flushes[1]!.end()
})
