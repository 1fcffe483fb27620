import {
  Controller,
  Inject,
  Injectable,
  Module,
  type INestApplicationContext,
  type NestApplicationOptions,
  type Type,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import {
  ClientProxyFactory,
  MessagePattern,
  type MicroserviceOptions,
  Transport,
} from '@nestjs/microservices'
import { Administration, Rooms, WhereaboutsModule } from '@whereabouts/nestjs'
import type { Member } from '@whereabouts/protocol'
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { END_MS, within } from 'whereabouts-conformance/deadline'
import { freePort } from '../servers/free-port.js'

const OPTIONS = { secret: 'the secret of these tests', operations: true, path: 'presence' }
const LOGGER: NestApplicationOptions = { logger: ['fatal'], abortOnError: false }

@Injectable()
class Robot {
  constructor(@Inject(Rooms) private readonly rooms: Rooms) {}

  async visit(): Promise<readonly Member[]> {
    await this.rooms.move('budget', 'robot', { cell: 'C5' }, { name: 'Robot' })
    return (await this.rooms.members('budget')).members
  }
}

@Controller()
class VisitController {
  constructor(
    @Inject(Robot) private readonly robot: Robot,
    @Inject(Rooms) private readonly rooms: Rooms,
  ) {}

  @MessagePattern('visit')
  async visit(): Promise<string | undefined> {
    return (await this.robot.visit())[0]?.user.name
  }

  @MessagePattern('members')
  async members(room: string): Promise<number> {
    return (await this.rooms.members(room)).members.length
  }
}

/** Nest identifies modules by their class, so each application gets its own. */
function rootModule(): Type {
  @Module({
    imports: [WhereaboutsModule.forRoot(OPTIONS)],
    controllers: [VisitController],
    providers: [Robot],
  })
  class AppModule {}
  return AppModule
}

/** Checks that a room works, and that its subscribers get a goodbye when the application closes. */
async function expectRoomsAndGoodbye(app: INestApplicationContext): Promise<void> {
  expect(await app.get(Robot).visit()).toMatchObject([
    { user: { name: 'Robot' }, location: { cell: 'C5' }, status: 'online' },
  ])
  const rooms = app.get(Rooms)
  await rooms.assertReady()
  const events = rooms.watch('budget', { as: 'viewer', view: 'patch' })
  const all = lastValueFrom(events.pipe(toArray()))
  await expect.poll(async () => (await rooms.members('budget')).members).toHaveLength(2)
  const before = performance.now()
  await app.close()
  expect(performance.now() - before).toBeLessThan(END_MS)
  const types = (await within(all, 'the end of the events')).map(({ type }) => type)
  expect(types.slice(0, 2)).toEqual(['hello', 'snapshot'])
  expect(types.at(-1)).toBe('goodbye')
  await expect(rooms.move('budget', 'robot', 1)).rejects.toMatchObject({ problem: 'shutting-down' })
}

describe('an application without HTTP', () => {
  it('[NE7] createApplicationContext() starts, has rooms, and stops', async () => {
    const app = await NestFactory.createApplicationContext(rootModule(), LOGGER)
    await expectRoomsAndGoodbye(app)
  })

  it('[NE7] createMicroservice() starts, has rooms, and stops', async () => {
    const port = await freePort()
    const options = { host: '127.0.0.1', port }
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(rootModule(), {
      ...LOGGER,
      transport: Transport.TCP,
      options,
    })
    await app.listen()
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options })
    expect(await firstValueFrom(client.send('visit', {}))).toBe('Robot')
    expect(await firstValueFrom(client.send('members', 'budget'))).toBe(1)
    const refused = firstValueFrom(client.send('members', 'no room'))
    await expect(refused, 'a problem is an ordinary error').rejects.toMatchObject({
      status: 'error',
    })
    expect(await firstValueFrom(client.send('members', 'budget')), 'it keeps working').toBe(1)
    await client.close()
    await expectRoomsAndGoodbye(app)
  })

  it('[NE5] [AD1] injects Administration, which deletes documents', async () => {
    const app = await NestFactory.createApplicationContext(rootModule(), LOGGER)
    const [rooms, administration] = [app.get(Rooms), app.get(Administration)]
    const doc = new Doc()
    doc.getText('t').insert(0, 'a')
    await rooms.update('budget', encodeStateAsUpdate(doc))
    const listed = await administration.list({ after: '', limit: 10 })
    expect(listed.map(({ roomName }) => roomName)).toEqual(['budget'])
    expect(await administration.deleteDocument('budget', { as: 'application' })).toBe(true)
    expect(await administration.list({ after: '', limit: 10 })).toEqual([])
    await app.close()
  })

  it('[NE7] can be closed twice, or unused', async () => {
    const app = await NestFactory.createApplicationContext(rootModule(), LOGGER)
    await app.close()
    await expect(app.close()).resolves.toBeUndefined()
  })

  it('[NE1] [NE7] throws a TypeError for an invalid option', async () => {
    @Module({ imports: [WhereaboutsModule.forRootAsync({ useFactory: () => ({ leaseMs: -1 }) })] })
    class AppModule {}
    const started = NestFactory.createApplicationContext(AppModule, LOGGER)
    await expect(started).rejects.toThrow(/leaseMs/)
  })
})
