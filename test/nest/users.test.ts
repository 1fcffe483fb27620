import { Rooms, WhereaboutsModule, type Authenticate } from '@whereabouts/nestjs'
import type { Json, Member } from '@whereabouts/protocol'
import { firstValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { call, callJson, expectRefused, type CallOptions } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { openStream } from 'whereabouts-conformance/stream'
import { RecordingLog } from '../servers/log.js'
import { PLATFORMS, startApp, type Platform, type RunningApp } from '../servers/nest.js'

const INSIDE = 'the database password is hunter2'

/** The results of `authenticate`, by the test's name for them. */
type Answers = { readonly [name: string]: () => unknown }

/** Chooses the result of `authenticate` in a header. */
const as = (answer: string) => ({ headers: { 'x-answer': answer } })

interface Started extends RunningApp {
  readonly log: RecordingLog
}

async function start(platform: Platform, answers: Answers): Promise<Started> {
  const log = new RecordingLog()
  const authenticate = (({ headers }) => answers[String(headers['x-answer'])]?.()) as Authenticate
  const options = { heartbeatMs: 100, secret: 'the secret of these tests', authenticate }
  const running = await startApp(
    platform,
    { imports: [WhereaboutsModule.forRoot(options)] },
    (app) => app.useLogger(log),
  )
  return { ...running, log }
}

/** Returns every call, with the options of a caller. */
function everyCall(baseUrl: string, who: CallOptions): readonly (readonly [string, CallOptions])[] {
  const room = new TestRoom(baseUrl)
  const update = { 'content-type': 'application/octet-stream' }
  return [
    [room.url('events'), who],
    [room.url('events', { view: 'list' }), who],
    [room.url('events', { watch: 1 }), who],
    [room.url('events'), { ...who, json: {} }],
    [room.url('location'), who],
    [room.url('location', { since: 'x:1', waitMs: 10 }), who],
    [room.url('location'), { ...who, json: 1 }],
    [room.url('leave', { member: 'k' }), { ...who, method: 'POST' }],
    [room.url('leave', { member: 'k', soon: 1 }), { ...who, method: 'POST' }],
    [room.url('document'), who],
    [room.url('document'), { headers: { ...who.headers, ...update }, body: Buffer.from([0, 0]) }],
    [room.url('document/sync'), { headers: { ...who.headers, ...update }, body: Buffer.from([0]) }],
    [`${baseUrl}/location`, { ...who, json: 1 }],
    [`${baseUrl}/location/sse`, who],
  ]
}

const NO_USERS: Answers = {
  null: () => null,
  undefined: () => undefined,
  false: () => false,
  true: () => true,
  zero: () => 0,
  number: () => 5,
  nothing: () => '',
  text: () => 'ada',
  object: () => ({}),
  array: () => [],
  'array of users': () => [{ id: 'ada' }],
  'name alone': () => ({ name: 'Ada' }),
  'empty id': () => ({ id: '', name: 'Ada' }),
  'number as id': () => ({ id: 5, name: 'Ada' }),
  'null as id': () => ({ id: null }),
  'object as id': () => ({ id: { toString: () => 'ada' } }),
  function: () => () => ({ id: 'ada' }),
  promise: () => Promise.resolve({}),
}

const FAILURES: Answers = {
  throws: () => {
    throw new Error(INSIDE)
  },
  'throws nothing': () => {
    // oxlint-disable-next-line typescript/only-throw-error -- JavaScript may
    throw undefined
  },
  'throws an object without text': () => {
    throw Object.create(null)
  },
  rejects: () => Promise.reject(new Error(INSIDE)),
  'throws when it is read': () => ({
    get id() {
      throw new Error(INSIDE)
    },
  }),
}

describe.each(PLATFORMS)('the result of `authenticate` on %s', (platform) => {
  it('[ID8] refuses every call with unauthorized if it isn’t a user, or if `authenticate` throws', async () => {
    const answers = { ...NO_USERS, ...FAILURES }
    await using server = await start(platform, { ...answers, ada: () => ({ id: 'ada' }) })
    for (const name of Object.keys(answers)) {
      for (const [url, options] of everyCall(server.baseUrl, as(name))) {
        const { detail } = await expectRefused('unauthorized', url, options)
        expect(detail).not.toContain('hunter2')
      }
    }
    const room = new TestRoom(server.baseUrl)
    await using own = await room.stream({}, as('ada'))
    expect(own.state.members.get(own.self)?.user.id, 'a user is admitted').toBe('ada')
  })

  it('[ID9] is logged if it is an exception, but not for every caller', async () => {
    await using server = await start(platform, FAILURES)
    const room = new TestRoom(server.baseUrl)
    for (let count = 0; count < 20; count++) {
      await expectRefused('unauthorized', room.url('location'), as('throws'))
    }
    expect(server.log.warnings).toHaveLength(1)
    expect(server.log.warnings[0]).toContain('authenticate')
    expect(server.log.warnings[0]).toContain(INSIDE)
    expect(server.log.errors).toEqual([])
  })

  it('[ID9] is not logged if the caller is merely unknown', async () => {
    await using server = await start(platform, NO_USERS)
    await expectRefused('unauthorized', new TestRoom(server.baseUrl).url('location'), as('null'))
    expect(server.log.warnings).toEqual([])
  })

  strangeNames(platform)
})

const STRANGE: readonly (readonly [name: string, said: { readonly [field: string]: unknown }])[] = [
  ['a direction mark', { name: 'Ada\u202egpj.exe' }],
  ['a control character', { name: 'Ada\nBob' }],
  ['too long a name', { name: 'a'.repeat(65) }],
  ['a number as a name', { name: 5 }],
  ['an object as a name', { name: { toString: () => 'Ada' } }],
  ['an empty name', { name: ' ' }],
  ['a word as a color', { color: 'red' }],
  ['a style as a color', { color: '#e11d48;position:fixed' }],
  ['a number as a color', { color: 5 }],
  ['null for both', { name: null, color: null }],
]

function strangeNames(platform: Platform): void {
  const answers = Object.fromEntries(
    STRANGE.map(([name, said]) => [name, () => ({ id: `user of ${name}`, ...said })]),
  )

  it.each(STRANGE)(
    '[ID10] %s is dropped in every call, and the caller is admitted',
    async (name) => {
      await using server = await start(platform, answers)
      const expectGuest = ({ user }: Member) => {
        expect(user.id).toBe(`user of ${name}`)
        expect(user.name).toBe('Guest')
        expect(user.color).toMatch(/^#[0-9a-f]{6}$/)
      }
      const room = new TestRoom(server.baseUrl)
      const read = async (its: TestRoom) =>
        ((await callJson(its.url('location'), as(name))) as unknown as { members: Member[] })
          .members
      await using get = await room.stream({}, as(name))
      await using post = await openStream(room.url('events'), { ...as(name), json: {} })
      await post.next('snapshot')
      const url = room.url('location', { member: 'k' })
      await callJson(url, { ...as(name), json: 1 })
      const members = await read(room)
      expect(members).toHaveLength(3)
      for (const member of [...get.state.members.values(), ...post.state.members.values()]) {
        expectGuest(member)
      }
      for (const member of members) expectGuest(member)
      const leave = { ...as(name), method: 'POST' }
      expect(await call(room.url('leave', { member: 'k' }), leave)).toMatchObject({ status: 204 })
      expect(await read(room)).toHaveLength(2)
      const posted = await call(`${server.baseUrl}/location`, { ...as(name), json: 1 })
      expect(posted).toMatchObject({ status: 201 })
      for (const member of await read(new TestRoom(server.baseUrl, 'default'))) expectGuest(member)
    },
  )

  it.each(STRANGE)('[ID10] [ID15] %s is dropped from the user passed to Rooms', async (name) => {
    await using server = await start(platform, answers)
    const rooms = server.app.get(Rooms)
    const user = (answers[name] as () => { readonly id: string })()
    const guest = expect.objectContaining({ id: user.id, name: 'Guest' })
    const events = rooms.watch('r', { as: 'k', view: 'patch', user })
    const snapshot = firstValueFrom(events, { defaultValue: undefined })
    expect(await snapshot).toMatchObject({ type: 'hello' })
    await rooms.move('r', 'other', 1, user)
    expect((await rooms.members('r')).members.map((member) => member.user)).toEqual([guest, guest])
    await rooms.leave('r', 'other', { user })
    expect((await rooms.members('r')).members).toHaveLength(1)
  })

  it('[ID10] a valid name is kept beside an invalid color, and the previous name replaces an invalid one', async () => {
    let said: { readonly [field: string]: Json } = { name: 'Ada', color: 'red' }
    await using server = await start(platform, { ada: () => ({ id: 'ada', ...said }) })
    const room = new TestRoom(server.baseUrl)
    const url = room.url('location', { member: 'k' })
    const userAfterPost = async () => {
      await callJson(url, { ...as('ada'), json: 1 })
      const { members } = (await callJson(room.url('location'), as('ada'))) as never
      return (members as readonly Member[])[0]?.user
    }
    expect(await userAfterPost()).toMatchObject({ name: 'Ada' })
    said = { name: 'Ada\u202e', color: '#e11d48' }
    expect(await userAfterPost()).toEqual({ id: 'ada', name: 'Ada', color: '#e11d48' })
  })

  it('[ID10] an invalid name or color is logged once, without its text', async () => {
    await using server = await start(platform, {
      strange: () => ({ id: 'ada', name: 'hunter2\n', color: 'hunter2' }),
      both: () => ({ id: 'ada', name: 'hunter\n2', color: 'hunter2' }),
      none: () => ({ id: 'ada', name: null }),
    })
    const url = new TestRoom(server.baseUrl).url('location')
    await callJson(url, as('none'))
    expect(server.log.warnings).toEqual([])
    for (let count = 0; count < 20; count++) await callJson(url, as('both'))
    expect(server.log.warnings).toHaveLength(2)
    expect(server.log.warnings.join(' ')).not.toContain('hunter')
  })
}
