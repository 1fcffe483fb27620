import { expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { runConformance } from 'whereabouts-conformance'
import { startServer } from '../servers/standalone.js'
import { size } from '../size.js'
import { sqliteRules } from './sqlite.js'

// In the gate, all rules are run against the same program on Redis.
runConformance('the standalone server', startServer, { isProgramOnly: size(true, false) })
sqliteRules(startServer)

it('[ID13] the log of the standalone server contains no member key', async () => {
  await using server = await startServer()
  const room = new TestRoom(server.baseUrl)
  const member = memberKey()
  const headers = { 'whereabouts-member': member, cookie: `whereabouts-member=${member}` }
  await using own = await room.join(member)
  await room.move(member, 1)
  await call(room.url('location'), { headers, json: 2 })
  await call(room.url('events', { member, view: 'grid' }), { headers })
  await call(`${server.baseUrl}/location?id=${member}`, { headers, json: 3 })
  await call(`${server.baseUrl}/nowhere?member=${member}&id=${member}`, { headers })
  await room.leave(member)
  await own.close()
  await server.stop()
  expect(server.output()).not.toContain(member)
})
