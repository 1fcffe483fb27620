import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LEASE_MS, SOON_MS } from 'whereabouts-conformance/suite'
import { startPlain } from '../servers/plain.js'
import { startServer, type RunningServer } from '../servers/standalone.js'
import { size } from '../size.js'
import { startWrong, type Fault } from './wrong-server.js'

const CLI = fileURLToPath(new URL('../../packages/conformance/dist/cli.js', import.meta.url))

interface Run {
  readonly code: number | null
  /** The verdict on each rule, by its id. */
  readonly verdicts: { readonly [id: string]: string }
  readonly output: string
}

/** Runs the program as a user would. */
async function run(...args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, [CLI, ...args], { env: { PATH: process.env['PATH'] } })
  const exit = once(child, 'exit')
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await exit) as [number | null]
  const lines = output.matchAll(/^(passed|failed|in part|not checked) +([A-Z]{2}\d+)/gm)
  const verdicts = Object.fromEntries([...lines].map(([, verdict, id]) => [id, verdict]))
  return { code, verdicts, output: output + errors }
}

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

/** The gate runs the whole suite against this server anyway; here, enough of it for each verdict. */
const WANTED = size(
  { options: ['--only', 'ER,HT,ID,RM,ST3,DO37,FR7'], passes: 30 },
  { options: [], passes: 50 },
)

describe('the program that checks a server by its address', () => {
  it('finds no fault in the standalone server, and reports what it could not check', async () => {
    const { code, verdicts, output } = await run('--url', server.baseUrl, ...WANTED.options)
    expect(output).not.toMatch(/^failed/m)
    expect(code).toBe(0)
    expect(verdicts).toMatchObject({ ST3: 'passed', DO37: 'in part', FR7: 'not checked' })
    expect(output).toMatch(/^not checked +RM7 +needs a server of its own with maxLeavers=2$/m)
    expect(Object.values(verdicts).filter((is) => is === 'passed').length).toBeGreaterThan(
      WANTED.passes,
    )
  })

  it('checks the rules that a server’s settings allow, and passes no other rule', async () => {
    await using brief = await startServer({ heartbeatMs: 100, leaseMs: LEASE_MS, soonMs: SOON_MS })
    const args = ['--url', brief.baseUrl, '--only', 'MB', '--rooms-prefix', 'checked-']
    const { code, verdicts, output } = await run(...args, '--setting', `soonMs=${SOON_MS}`)
    expect(code).toBe(0)
    expect(verdicts).toMatchObject({ MB2: 'passed', MB3: 'in part', MB1: 'not checked' })
    expect(output).toMatch(/^not checked +MB1 +needs a server with leaseMs=5000 or more$/m)
  })

  it('[NE3 NE4] leaves out calls that a server needn’t have', async () => {
    await using bare = await startPlain({ operations: false, article: false })
    const only = 'AR2,ER4,HT8,HT9,NM2,ST13,VE2'
    const { code, verdicts, output } = await run('--url', bare.baseUrl, '--only', only)
    expect(output).not.toMatch(/^failed/m)
    expect(code).toBe(0)
    expect(verdicts).toMatchObject({ AR2: 'not checked', HT8: 'not checked', ST13: 'in part' })
    expect(output).toMatch(/^not checked +HT8 .*needs a server with the calls of operations/m)
    expect(output).toMatch(/^in part +ST13 .*needs a server with the article's calls/m)
  })

  it('names the rules of a hello without which nothing can be checked', async () => {
    const text = (said: string) => said.replace('"leaseMs":', '"lease":')
    await using wrong = await startWrong(server.baseUrl, [{ text }])
    const { code, output } = await run('--url', wrong.baseUrl)
    expect(code).toBe(2)
    expect(output).toBe('nothing can be checked: hello has no whole number leaseMs (ST3)\n')
  })

  it.each([
    ['no address', []],
    ['an address with a path', ['--url', 'http://127.0.0.1:1/x']],
    ['no server at the address', ['--url', 'http://127.0.0.1:1']],
    ['an unknown rule', ['--url', 'http://127.0.0.1:1', '--only', 'st']],
    ['an unknown option', ['--nothing']],
  ])('exits with 2 and reports the reason: %s', async (_, args) => {
    const { code, output, verdicts } = await run(...args)
    expect(code).toBe(2)
    expect(verdicts).toEqual({})
    expect(output.length).toBeGreaterThan(10)
  })
})

/** Faults of a server, with the rules that they break. */
const FAULTS: readonly (readonly [ids: string, fault: Fault])[] = [
  ['ST1', { headers: ({ 'x-accel-buffering': _left, ...others }) => others }],
  ['ST2', { text: (said) => said.replace(/^retry: \d+/, 'retry: 1000') }],
  [
    'ST4',
    {
      text: (said) =>
        said.replace(
          /^event: snapshot\n(data: .*)"watching":\d+/m,
          'event: snapshot\n$1"watching":9',
        ),
    },
  ],
  ['ST5', { text: (said) => said.replaceAll('"leave":', '"leaves":') }],
  ['HT7', { headers: ({ allow: _left, ...others }) => others }],
  [
    'HT9',
    {
      headers: (all) =>
        all['content-type'] === 'application/json; charset=utf-8'
          ? { ...all, 'cache-control': 'max-age=9' }
          : all,
    },
  ],
  ['ER1', { text: (said) => said.replace('urn:whereabouts:problem:bad-parameter', 'about:blank') }],
  ['VE2', { target: (target) => target.replace(/(\/leave\?.*)protocol=/, '$1x=') }],
  ['VE5', { refuses: (target) => target.includes('utm_source') }],
]
/** Rules that the server still keeps, as none of these faults affects them. */
const KEPT = ['NM1', 'NM6', 'ID4', 'HT4', 'ST9', 'HT3']
const LOOKED_AT = [...FAULTS.map(([id]) => id), ...KEPT].join(',')

describe('a faulty server', () => {
  it('passes without its faults', async () => {
    await using right = await startWrong(server.baseUrl, [])
    const { code, verdicts, output } = await run('--url', right.baseUrl, '--only', LOOKED_AT)
    expect(Object.values(verdicts), output).not.toContain('failed')
    expect(Object.keys(verdicts)).toHaveLength(FAULTS.length + KEPT.length)
    expect(code).toBe(0)
  })

  it.each(FAULTS)(
    'is reported to break %s, with the expected and the received value',
    async (id, fault) => {
      await using wrong = await startWrong(server.baseUrl, [fault])
      const only = [id, ...KEPT].join(',')
      const { code, verdicts, output } = await run('--url', wrong.baseUrl, '--only', only)
      const failed = Object.keys(verdicts).filter((each) => verdicts[each] === 'failed')
      expect(failed, output).toEqual([id])
      expect(output).toMatch(new RegExp(`^${id} failed: \\S`, 'm'))
      expect(output).toMatch(/^ +- \S.*\n +\S/m)
      expect(code).toBe(1)
    },
  )
})
