import { afterAll, beforeAll } from 'vitest'
import { runConformance } from 'whereabouts-conformance'
import type { Start } from 'whereabouts-conformance/suite'
import { startServer } from '../servers/standalone.js'
import { newPlace, type Place } from './place.js'

let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

let started = 0

// Each server uses another database of Redis, so it has its own rooms.
const start: Start = (settings) => {
  const redisUrl = `${place.redis.url}/${started++ % 16}`
  return startServer({ ...place.settings, ...settings, redisUrl })
}
runConformance('a server on Redis', start, { isNode: true })
