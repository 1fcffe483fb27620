import { afterAll, beforeAll, expect } from 'vitest'
import { runConformance } from 'whereabouts-conformance'
import type { Start } from 'whereabouts-conformance/suite'
import { startServer } from '../servers/standalone.js'
import { DATABASES, newPlace, type Place } from './place.js'

let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

let started = 0

// Each server uses another database of Redis, so it has its own rooms.
const start: Start = (settings) => {
  expect(started, 'no database is used twice').toBeLessThan(DATABASES)
  const redisUrl = `${place.redis.url}/${started++}`
  return startServer({ ...place.settings, ...settings, redisUrl })
}
runConformance('a server on Redis', start, { isNode: true })
