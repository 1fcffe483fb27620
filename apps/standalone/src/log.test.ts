import { expect, it } from 'vitest'
import { createLog, serverLog, redactUrl } from './log.js'

function recordingLog(level: string) {
  const lines: string[] = []
  return { lines, log: createLog(level, { write: (line) => lines.push(line) }) }
}

it('[ID13] headers with keys and tokens are not logged, wherever the request is in the log line', () => {
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

it('[ID13] an address is logged without the values of its secrets', () => {
  expect(redactUrl('/rooms/x/events?member=kept&view=list&token=kept')).toBe(
    '/rooms/x/events?member=[redacted]&view=list&token=[redacted]',
  )
  expect(redactUrl('/location?id=kept')).toBe('/location?id=[redacted]')
})

it.each(['%6dember', 'MEMBER', '%4D%45mber', 'access%5Ftoken', '%69d', '+member'])(
  '[BR9] an address is logged without a secret parameter written as %s',
  (name) => {
    const url = redactUrl(`/rooms/x/events?view=list&${name}=kept;more`)
    expect(url).toBe(`/rooms/x/events?view=list&${name}=[redacted];more`)
    expect(redactUrl(`/?${name}=kept#${name}=kept`)).toContain(`?${name}=[redacted]`)
  },
)

it.each(['view~', 'view%7E', '%76iew~', '%76%69%65%77%7e'])(
  '[BR9] an address is logged without the token of a view link that is written %s',
  (prefix) => {
    expect(redactUrl(`/rooms/${prefix}kept/events?watch=1`)).toBe(
      `/rooms/${prefix}[redacted]/events?watch=1`,
    )
    expect(redactUrl(`/sheets/${prefix}kept`)).toBe(`/sheets/${prefix}[redacted]`)
  },
)

it('messages of the server are logged with their level and error', () => {
  const { lines, log } = recordingLog('info')
  const said = serverLog(log)
  said.info('began')
  said.warn('waits')
  said.error(new Error('failed'))
  said.error('not an error')
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 30, msg: 'began' },
    { level: 40, msg: 'waits' },
    { level: 50, msg: 'failed', err: { message: 'failed' } },
    { level: 50, msg: 'not an error' },
  ])
})
