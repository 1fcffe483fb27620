import { readFileSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, vi } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { startServer } from '../servers/standalone.js'
import { guideBlock, guideVariables } from './guide.js'
import { expectRefused, shownAs } from './refusal.js'
import { bearer } from './tokens.js'

const SECRET = 'the output of openssl rand -hex 32'

interface Lesson {
  readonly tokenFor: (user: object) => Promise<string>
}

/** Loads the guide's code like an application. */
async function loadLesson(): Promise<Lesson> {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-guide-'))
  try {
    await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'))
    const file = join(folder, 'tokens.mjs')
    await writeFile(file, guideBlock('js'))
    return (await import(pathToFileURL(file).href)) as Lesson
  } finally {
    await rm(folder, { recursive: true })
  }
}

it('[OP10] the guide’s server for anyone', async () => {
  const variables = guideVariables('open')
  expect(variables).toMatchObject({ HOST: '0.0.0.0' })
  await using server = await startServer({}, 0, [], variables)
  expect(await shownAs(server.baseUrl, {})).toMatchObject({ name: 'Mallory' })
  const { text } = await call(`${server.baseUrl}/session`)
  expect(JSON.parse(text)).toEqual({ mode: 'open' })
  const { WHEREABOUTS_AUTH: _auth, ...unsaid } = variables
  const start = startServer({}, 0, [], unsaid)
  await expect(start).rejects.toThrow(/ended with 1: [^]*WHEREABOUTS_AUTH: is required where HOST/)
})

it.each(['Dockerfile', 'compose.yaml', 'kubernetes.yaml'])(
  '[OP10] deploy/%s sets who may call, as it listens on every address',
  (name) => {
    const text = readFileSync(join(import.meta.dirname, '../../deploy', name), 'utf8')
    const said = text.split('\n').filter((line) => !/^\s*#/.test(line))
    expect(said.join('\n')).toMatch(/WHEREABOUTS_AUTH(?:=|: |\n\s+value: )open\b/)
    expect(text).toContain('may read and write everything. docs/how-to/sign-in.md')
    // In a line that is easy to find, and never any name. BR6
    expect(said.join('\n')).toMatch(/WHEREABOUTS_ALLOWED_HOSTS/)
    expect(said.join('\n')).not.toMatch(/WHEREABOUTS_ALLOWED_HOSTS[^\n]*(?:\n\s+value: )?['"]?\*/)
  },
)

it('[OP13 OP16] the guide’s tokens from an application', async () => {
  const variables = guideVariables('jwt', { WHEREABOUTS_JWT_SECRET: SECRET })
  await using server = await startServer({}, 0, [], variables)
  vi.stubEnv('WHEREABOUTS_JWT_SECRET', SECRET)
  const { tokenFor } = await loadLesson()
  vi.unstubAllEnvs()
  const token = await tokenFor({ id: 'ann', name: 'Ann' })
  expect(await shownAs(server.baseUrl, bearer(token))).toMatchObject({ id: 'ann', name: 'Ann' })
  const cookie = `${variables['WHEREABOUTS_JWT_COOKIE']}=${token}`
  expect((await call(`${server.baseUrl}/sheets/budget`, { headers: { cookie } })).status).toBe(200)
  await expectRefused(server.baseUrl, {}, bearer(token))
})

it('[OP29] the guide’s check of who is calling', async () => {
  expect(guideBlock('sh')).toBe('curl --include https://sheets.example.com/session\n')
  await using server = await startServer({}, 0, [], guideVariables('proxy'))
  expect((await call(`${server.baseUrl}/session`)).status).toBe(401)
})
