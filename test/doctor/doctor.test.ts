import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { examine, type Diagnosis, type Examined } from '@whereabouts/client/doctor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { startTls } from '../http2/served.js'
import { type RunningServer, startServer } from '../servers/standalone.js'
import {
  answersPosts,
  cache,
  cutAfter,
  held,
  heldIfGot,
  lateBy,
  lumpsAfter,
  lumpsOf,
  type Pass,
  plain,
  prettyErrors,
  refusesStreams,
  retyped,
  rewrites,
  startBadProxy,
  without,
} from './bad-proxy.js'

const MAIN = fileURLToPath(new URL('../../packages/client/dist/command/main.js', import.meta.url))

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

/** Looks through a proxy. */
async function through(
  pass: Pass,
  before?: Parameters<typeof startBadProxy>[2],
): Promise<Examined> {
  await using proxy = await startBadProxy(server.baseUrl, pass, before)
  const diagnosis = await examine({ url: proxy.url }, { httpVersion: async () => 'h2' })
  if (diagnosis.state === 'unreachable') throw new Error(diagnosis.reason)
  return diagnosis
}

const found = ({ findings }: Examined) =>
  findings.map(({ kind, way }) => (way === undefined ? kind : `${kind}: ${way}`))

interface Run {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** Runs the command as a person would. */
async function run(...args: readonly string[]): Promise<Run> {
  const env = { PATH: process.env['PATH'], NODE_TLS_REJECT_UNAUTHORIZED: '0' }
  const child = spawn(process.execPath, [MAIN, ...args], { env })
  const exit = once(child, 'exit')
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await exit) as [number | null]
  return { code, output, errors }
}

describe.concurrent('the doctor', () => {
  it('[DR1 DR12] finds nothing behind a proxy that only passes on', async ({ expect: expects }) => {
    const diagnosis = await through(plain)
    expects(diagnosis.findings).toEqual([])
    expects(diagnosis).toMatchObject({ state: 'well', best: 'stream' })
    expects(diagnosis.lookedMs).toBeLessThan(10_000)
  })

  it.for<[string, Pass, readonly string[]]>([
    ['[DR4] holds streams back', held, ['held: stream', 'held: post-stream']],
    ['[DR4] holds back the answers to GET alone', heldIfGot, ['held: stream']],
    ['[DR4] is 250 ms late', lateBy(250), ['late: stream', 'late: post-stream']],
    ['[DR5] sends lumps of a second', lumpsOf(1_000), ['lumped: stream', 'lumped: post-stream']],
    ['[DR5] sends lumps of 4 KiB', lumpsAfter(4_096), ['lumped: stream', 'lumped: post-stream']],
    ['[DR6] cuts streams after 2 s', cutAfter(2_000), ['cut: stream', 'cut: post-stream']],
    ['[DR7] calls streams pages', retyped, ['refused: stream', 'refused: post-stream']],
    ['[DR7] refuses streams', refusesStreams, ['refused: stream', 'refused: post-stream']],
    ['[DR8] caches reads', cache(), ['cached']],
    ['[DR9] shows pages in place of errors', prettyErrors, ['replaced']],
    ['[DR9] answers posts itself', answersPosts, ['replaced', 'replaced']],
    ['[DR10] removes Cache-Control', without('cache-control'), ['stripped']],
    ['[DR10] removes Allow', without('allow'), ['stripped']],
  ])('%s', async ([, pass, expected], { expect: expects }) => {
    expects(found(await through(pass))).toEqual(expected)
  })

  it('[DR7] finds letters that were changed', async ({ expect: expects }) => {
    const uncompressed = (headers: IncomingHttpHeaders) => {
      delete headers['accept-encoding']
    }
    const changed = found(await through(rewrites, uncompressed))
    expects(changed).toEqual(['changed: stream', 'changed: post-stream'])
  })

  it('[DR10] finds a header of requests that is removed', async ({ expect: expects }) => {
    const unkeyed = (headers: IncomingHttpHeaders) => {
      delete headers['whereabouts-member']
    }
    expects(found(await through(plain, unkeyed))).toEqual(['stripped'])
  })

  it('[DR5] says how long lumps are, or how many bytes', async ({ expect: expects }) => {
    const [timed, sized] = await Promise.all([through(lumpsOf(1_000)), through(lumpsAfter(4_096))])
    const [time] = timed.ways.stream.faults
    const [size] = sized.ways.stream.faults
    expects(time).toMatchObject({ kind: 'lumped', by: 'time' })
    expects(size).toMatchObject({ kind: 'lumped', by: 'size' })
    if (time?.kind !== 'lumped' || size?.kind !== 'lumped') throw new Error('not lumped')
    expects(time.everyMs / 1_000).toBeCloseTo(1, 0)
    expects(size.bytes / 4_096).toBeCloseTo(1, 0)
  })

  it('[DR3 DR6] watches longer for what cuts streams later', async ({ expect: expects }) => {
    await using proxy = await startBadProxy(server.baseUrl, cutAfter(7_000))
    const around = { httpVersion: async () => undefined }
    const quick = await examine({ url: proxy.url }, around)
    expects(quick.state).toBe('well')
    const long = await examine({ url: proxy.url, longMs: 12_000 }, around)
    expects(long.state === 'trouble' && found(long)).toEqual(['cut: stream', 'cut: post-stream'])
  })

  it('[DR2 DR3] makes few requests, below /rooms alone, and leaves', async ({
    expect: expects,
  }) => {
    const asked: string[] = []
    await using proxy = await startBadProxy(server.baseUrl, (answer, to, request) => {
      asked.push(`${request.method} ${new URL(request.url!, 'http://x').pathname}`)
      plain(answer, to, request)
    })
    await examine({ url: proxy.url })
    const paths = new Set(
      asked.map((each) => each.replace(/^\w+ \/rooms\/doctor-[0-9a-f]{16}\//, '')),
    )
    expects([...paths].toSorted()).toEqual([
      'changes',
      'confirm',
      'document/sync',
      'events',
      'leave',
      'location',
    ])
    expects(asked.length).toBeLessThanOrEqual(160)
    const room = asked[0]!.split('/')[2]!
    const there = async () =>
      JSON.parse((await call(`${server.baseUrl}/rooms/${room}/location`)).text)
    await expects.poll(there).toMatchObject({ members: [], watching: 0 })
  })
})

describe('the command', () => {
  it('[DR13 DR15] exits with 0 where all is well, and prints no secret', async () => {
    const secret = 'Authorization: Bearer a-secret-of-mine'
    const plainly = await run('doctor', server.baseUrl, '--header', secret)
    expect(plainly.output).toContain('Nothing on the way disturbs it.')
    expect(plainly.code).toBe(0)
    const { code, output } = await run('doctor', server.baseUrl, '--header', secret, '--json')
    const diagnosis = JSON.parse(output) as Diagnosis
    expect(code).toBe(0)
    expect(diagnosis).toMatchObject({ state: 'well', httpVersion: 'http/1.1' })
    expect(plainly.output + output).not.toMatch(/secret|member/i)
  })

  it('[DR13] exits with 1 where something is wrong, and says what', async () => {
    await using proxy = await startBadProxy(server.baseUrl, held)
    const { code, output } = await run('doctor', proxy.url)
    expect(code).toBe(1)
    expect(output).toMatch(/Stream \(GET\) +held back: nothing came in 4\.\d s/)
    expect(output).toMatch(/Clients get events by the long-poll\./)
  })

  it('[DR13] exits with 2 where there is nothing to examine', async () => {
    const nobody = await run('doctor', 'http://127.0.0.1:1')
    expect(nobody).toMatchObject({ code: 2, output: expect.stringMatching(/can’t be reached/) })
    await using page = await startBadProxy(server.baseUrl, (answer, to) => {
      answer.resume()
      to.writeHead(302, { location: '/login' }).end()
    })
    const login = await run('doctor', page.url)
    expect(login).toMatchObject({
      code: 2,
      output: expect.stringMatching(/something else answers/),
    })
  })

  it.each([
    ['no address', []],
    ['no command', ['http://127.0.0.1:1']],
    ['an address of another kind', ['doctor', 'ftp://127.0.0.1']],
    ['a time that is too long', ['doctor', 'http://127.0.0.1:1', '--long', '601']],
    ['a header without a value', ['doctor', 'http://127.0.0.1:1', '--header', 'Cookie']],
  ])('[DR13] exits with 2 and says what is wrong: %s', async (_, args) => {
    const { code, errors } = await run(...args)
    expect(code).toBe(2)
    expect(errors.length).toBeGreaterThan(10)
  })

  it('[DR11] says that browsers would speak HTTP/2, although Node speaks HTTP/1.1', async () => {
    await using secure = await startTls()
    const { code, output } = await run('doctor', secure.baseUrl, '--json')
    expect(JSON.parse(output)).toMatchObject({ httpVersion: 'h2', findings: [] })
    expect(code).toBe(0)
  })
})
