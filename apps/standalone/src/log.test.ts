import { expect, it } from 'vitest'
import { createLog, nestLogger, redactUrl } from './log.js'

function recordingLog(level: string) {
  const lines: string[] = []
  return { lines, log: createLog(level, { write: (line) => lines.push(line) }) }
}

it('[ID1] headers that carry keys and tokens are not logged, wherever a request stands', () => {
  const { lines, log } = recordingLog('info')
  const headers = { authorization: 'kept', cookie: 'kept', 'whereabouts-member': 'kept', host: 'x' }
  log.info({ headers }, 'here')
  log.info({ req: { headers } }, 'there')
  expect(lines).toHaveLength(2)
  for (const line of lines) {
    expect(line).not.toContain('kept')
    expect(line).toContain('"host":"x"')
  }
})

it('[ID1] an address is logged without the values of its secrets', () => {
  expect(redactUrl('/rooms/x/events?member=kept&view=list&token=kept')).toBe(
    '/rooms/x/events?member=[redacted]&view=list&token=[redacted]',
  )
  expect(redactUrl('/location?id=kept')).toBe('/location?id=[redacted]')
})

it("Nest's messages are in the log, with their level, context and error", () => {
  const { lines, log } = recordingLog('debug')
  const logger = nestLogger(log)
  logger.log('mapped a route', 'Router')
  logger.error(new Error('failed'), 'whereabouts')
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 20, msg: 'mapped a route', context: 'Router' },
    { level: 50, msg: 'failed', context: 'whereabouts', err: { message: 'failed' } },
  ])
})
