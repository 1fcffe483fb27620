import { expect, it } from 'vitest'
import { within } from 'whereabouts-conformance/deadline'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { end } from 'whereabouts-conformance/stream'
import { startServer } from '../servers/standalone.js'

/** Code that throws an uncaught error on each SIGUSR2. */
const FAULTS = {
  'an exception': "process.on('SIGUSR2', () => { throw new Error('planted') })",
  'a rejected promise':
    "process.on('SIGUSR2', () => { void Promise.reject(new Error('planted')) })",
}

it.each(Object.entries(FAULTS))(
  '[OP6] %s that is not caught ends the server with goodbyes and exit code 1',
  async (_, code) => {
    const module = `data:text/javascript,${encodeURIComponent(code)}`
    const server = await startServer({}, 0, [`--import=${module}`])
    try {
      await using stream = await new TestRoom(server.baseUrl).join(memberKey())
      process.kill(server.pid, 'SIGUSR2')
      process.kill(server.pid, 'SIGUSR2')
      await stream.next('goodbye')
      await end(stream)
      expect(await within(server.exited, 'the end of the server')).toBe(1)
      await expect.poll(() => server.output()).toContain('uncaught exception')
      expect(server.output()).toContain('planted')
    } finally {
      await server.kill()
    }
  },
)
