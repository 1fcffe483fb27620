import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Rooms, WhereaboutsModule } from '@whereabouts/nestjs'
import { lastValueFrom, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import { within } from 'whereabouts-conformance/deadline'
import { TestRoom } from 'whereabouts-conformance/room'
import { newPlace } from './place.js'

it('[NE7] [EX1] an application without HTTP has the rooms of the servers', async () => {
  await using place = await newPlace()
  const server = await place.node()
  @Module({ imports: [WhereaboutsModule.forRoot(place.settings)] })
  class WorkerModule {}
  const app = await NestFactory.createApplicationContext(WorkerModule, {
    logger: ['fatal'],
    abortOnError: false,
  })
  const rooms = app.get(Rooms)
  await expect.poll(() => rooms.isShared).toBe(true)
  const room = new TestRoom(server.baseUrl)
  await using stream = await room.watch()
  const { self } = await rooms.move(room.name, 'robot', { cell: 'C5' }, { name: 'Robot' })
  await stream.until('the robot', ({ members }) => members.get(self)?.user.name === 'Robot')
  const events = rooms.watch(room.name, { as: 'other', view: 'patch' })
  const all = lastValueFrom(events.pipe(toArray()))
  await stream.until('who watches there', ({ members }) => members.size === 2)
  await app.close()
  const types = (await within(all, 'the end of the events')).map(({ type }) => type)
  expect(types.at(-1)).toBe('goodbye')
  await stream.until('that it has gone', ({ members }) =>
    [...members.values()].some(({ id, status }) => id !== self && status === 'away'),
  )
})
