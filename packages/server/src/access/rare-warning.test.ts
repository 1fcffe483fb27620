import { beforeEach, expect, it } from 'vitest'
import { RecordingLog } from '../../../../test/servers/log.js'
import { RareWarning } from './rare-warning.js'

let log: RecordingLog
beforeEach(() => {
  log = new RecordingLog()
})

it('[ID9] [ID10] logs a warning once a minute, with the number of times it occurred', () => {
  const clock = { nowMs: 5 }
  const warning = new RareWarning(log, 'it happened', () => clock.nowMs)
  for (let count = 0; count < 10; count++) warning.warn('so')
  expect(log.warnings).toEqual(['it happened: so'])
  clock.nowMs += 59_999
  warning.warn()
  expect(log.warnings).toHaveLength(1)
  clock.nowMs += 1
  warning.warn()
  expect(log.warnings[1]).toBe('it happened (11 times since the last such line)')
  clock.nowMs += 60_000
  warning.warn()
  expect(log.warnings[2]).toBe('it happened')
})

it('[ID9] logs any thrown value, even one that has no text', () => {
  for (const thrown of [new Error('why'), Object.create(null), Symbol('x'), null, 5]) {
    new RareWarning(log, 'it happened').warn(thrown)
  }
  expect(log.warnings).toHaveLength(5)
  expect(log.warnings[0]).toContain('why')
})
