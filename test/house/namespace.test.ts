import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it, vi } from 'vitest'
import { namespaceFaults } from '../../scripts/namespace.mjs'
import { Namespace } from '../namespace.js'

const SCRIPT = fileURLToPath(new URL('../../scripts/namespace.mjs', import.meta.url))

/** Makes a namespace, says its name, and waits. */
const MAKER = `
import { spawn } from 'node:child_process'
import { namespaceOfProcess } from ${JSON.stringify(SCRIPT)}
const { command: [program, ...args], name } = namespaceOfProcess()
const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
child.stdout.once('data', () => process.stdout.write(name))
`

afterEach(() => void vi.unstubAllEnvs())

const isThere = (name: string) =>
  existsSync(`/run/netns/${name}`) || existsSync(`/sys/class/net/${name}`)

it('a network namespace is removed by the end of its use', async () => {
  await using namespace = await Namespace.make()
  expect(isThere(namespace.name)).toBe(true)
  await namespace[Symbol.asyncDispose]()
  expect(isThere(namespace.name)).toBe(false)
})

it('a network namespace is removed after its process is killed', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', MAKER])
  const name = String((await once(child.stdout, 'data'))[0])
  expect(isThere(name)).toBe(true)
  child.kill('SIGKILL')
  await expect.poll(() => isThere(name)).toBe(false)
})

it('says what a system that allows no network namespaces has to allow', async () => {
  vi.stubEnv('IPROUTE', '/bin/false')
  const sentence =
    /^A network namespace can't be made: .*Run the tests as root.*--cap-add NET_ADMIN/
  expect(namespaceFaults()).toEqual([expect.stringMatching(sentence)])
  await expect(Namespace.make()).rejects.toThrow(sentence)
})
