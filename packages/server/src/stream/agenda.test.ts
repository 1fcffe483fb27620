import { expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { Agenda } from './agenda.js'

const DAY_MS = 86_400_000

/** A clock that counts its timers. */
class CountingClock extends VirtualClock {
  timers = 0
  longestMs = 0

  override after(ms: number, callback: () => void): () => void {
    this.timers += 1
    this.longestMs = Math.max(this.longestMs, ms)
    return super.after(ms, () => {
      this.timers -= 1
      callback()
    })
  }
}

function start() {
  const clock = new CountingClock()
  return { clock, agenda: new Agenda(clock) }
}

it('runs each task once, at its time or shortly after', () => {
  const { clock, agenda } = start()
  const done: number[] = []
  const dueMs = [0, 1, 49, 50, 51, 12_345, 30_000, 30_001, 61_000, 40 * DAY_MS]
  for (const ms of dueMs) {
    agenda.after(ms, () => {
      expect(clock.now()).toBeGreaterThanOrEqual(ms)
      expect(clock.now()).toBeLessThanOrEqual(ms + 50)
      done.push(ms)
    })
  }
  clock.advance(41 * DAY_MS)
  expect(done).toEqual(dueMs)
  expect(clock.timers).toBe(0)
})

it('needs only a few short timers for many tasks', () => {
  const { clock, agenda } = start()
  for (let count = 0; count < 20_000; count++) agenda.after(count * 1_000, () => {})
  expect(clock.timers).toBeLessThan(40)
  expect(clock.longestMs).toBeLessThanOrEqual(30_050)
})

it('doesn’t run a cancelled task, even if a task due at the same time cancelled it', () => {
  const { clock, agenda } = start()
  const done: string[] = []
  const callOff = agenda.after(100, () => done.push('called off'))
  agenda.after(101, () => {
    done.push('first')
    callOffLast()
  })
  const callOffLast = agenda.after(102, () => done.push('last'))
  callOff()
  clock.advance(1_000)
  expect(done).toEqual(['first'])
})

it('accepts tasks while it runs others', () => {
  const { clock, agenda } = start()
  const atMs: number[] = []
  const again = () => {
    atMs.push(clock.now())
    if (atMs.length < 3) agenda.after(100, again)
  }
  agenda.after(100, again)
  clock.advance(1_000)
  expect(atMs).toEqual([100, 200, 300])
})
