import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '@whereabouts/server/operate'
import { FIRST, WebhookQueue } from './queue.js'

const LIMITS = { maxCount: 10, maxBytes: 1_000, maxAgeMs: 10_000 }
const missed = (count: number) => `missed ${count}`
const of = (room: string, ...bodies: readonly string[]) =>
  bodies.map((body) => ({ room, body, missed: 0 }))
const told = (...bodies: readonly string[]) => of('r', ...bodies)
let folder: string
let file: string
const opened: WebhookQueue[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whereabouts-webhooks-'))
  file = join(folder, 'webhooks.sqlite')
})
afterEach(() => {
  for (const queue of opened.splice(0)) queue.close()
  rmSync(folder, { recursive: true })
})

function open(): WebhookQueue {
  const queue = new WebhookQueue(file, LIMITS)
  opened.push(queue)
  return queue
}

const bodiesOf = (queue: WebhookQueue, nowMs: number) =>
  queue.take(100, nowMs, nowMs + 50).map(({ body }) => body)

describe('the queue of webhooks', () => {
  it('[WH7] gives what waits to one at a time, until it is received', () => {
    const [one, two] = [open(), open()]
    one.add(told('a', 'b', 'c'), 0)
    const [a, b] = one.take(2, 0, 50)
    expect([a!.body, b!.body]).toEqual(['a', 'b'])
    expect(two.take(10, 0, 50).map(({ body }) => body)).toEqual(['c'])
    expect(two.nextMs()).toBe(50)
    one.remove(a!)
    one.giveBack(b!, 10, 3)
    const [again] = two.take(10, 10, 60)
    expect(again).toEqual({ ...b, failures: 3 })
    // Who took it was killed.
    expect(two.take(10, 60, 100).map(({ id }) => id)).toContain(b!.id)
    expect(two.size).toBe(2)
  })

  it('[WH7] has what waits after a kill, with the same ids, for nobody else to read', () => {
    const before = open()
    before.add(told('a', 'b'), 0)
    const ids = before.take(10, 0, 50).map(({ id }) => id)
    const after = open()
    expect(after.take(10, 50, 60).map(({ id }) => id)).toEqual(ids)
    expect(new Set(ids).size).toBe(2)
    for (const each of ['', '-wal', '-shm']) expect(statSync(file + each).mode & 0o777).toBe(0o600)
  })

  it('[WH8] gives up the oldest if too many wait, and says how many', () => {
    const queue = open()
    const letters = [...'abcdefghijkl']
    queue.add(told(...letters), 0)
    expect(queue.drop(0, missed)).toBe(3)
    expect(bodiesOf(queue, 0)).toEqual(['missed 3', ...'defghijkl'])
    expect(queue.drop(0, missed)).toBe(0)
  })

  it('[WH8] gives up the oldest if they have too many bytes', () => {
    const queue = open()
    queue.add(told(...Array.from({ length: 4 }, (_, index) => `${index}`.repeat(300))), 0)
    expect(queue.drop(0, missed)).toBe(1)
    expect(bodiesOf(queue, 0).map((body) => body[0])).toEqual(['m', '1', '2', '3'])
  })

  it('[WH8] gives up what is too old', () => {
    const queue = open()
    queue.add(told('a'), 0)
    queue.add(told('b'), 5_000)
    expect(queue.drop(10_000, missed)).toBe(0)
    expect(queue.drop(10_001, missed)).toBe(1)
    expect(bodiesOf(queue, 10_001)).toEqual(['missed 1', 'b'])
  })

  it('[WH12] counts what a message says was missed that is given up itself, and no happening twice', () => {
    const queue = open()
    const add = (count: number) =>
      queue.add(told(...Array.from({ length: count }, (_, index) => `${index}`)), 0)
    queue.add([{ room: '', body: missed(70), missed: 70 }], 0)
    add(10)
    expect(queue.drop(0, missed)).toBe(1)
    expect(bodiesOf(queue, 0)).toContain('missed 71')
    for (let time = 0; time < 5; time++) {
      add(9)
      expect(queue.drop(50, missed)).toBe(9)
    }
    expect(bodiesOf(queue, 100)).toContain(`missed ${71 + 45}`)
    expect(queue.drop(10_051, missed)).toBe(9)
    expect(bodiesOf(queue, 10_051)).toEqual([`missed ${71 + 45 + 9}`])
  })

  it('[WH13] gives up the oldest of the room that has most, and none of a room with few', () => {
    const queue = open()
    queue.add(of('contract', 'signed'), 0)
    let dropped = 0
    for (let time = 0; time < 20; time++) {
      queue.add(of('noise', ...[...'abcdef'].map((letter) => `${letter}${time}`)), time)
      queue.add(of('other', `o${time}`), time)
      dropped += queue.drop(time, missed)
      expect(queue.size).toBeLessThanOrEqual(LIMITS.maxCount)
    }
    const left = bodiesOf(queue, 20)
    expect(left).toContain('signed')
    expect(left.filter((body) => body.startsWith('o')).length).toBeGreaterThan(2)
    expect(left).toContain(`missed ${dropped}`)
    expect(dropped).toBe(1 + 20 * 7 - (left.length - 1))
  })

  it('[WH13] gives up those of the room with most bytes, where these are too many', () => {
    const queue = open()
    queue.add(of('small', 'a', 'b', 'c', 'd'), 0)
    queue.add(of('large', '1'.repeat(600), '2'.repeat(600)), 0)
    expect(queue.drop(0, missed)).toBe(1)
    expect(bodiesOf(queue, 0).map((body) => body[0])).toEqual(['a', 'm', 'b', '2', 'c', 'd'])
  })

  it('[WH14] rooms take turns, whoever has many', () => {
    const queue = open()
    queue.add(of('noise', 'a', 'b', 'c', 'd', 'e'), 0)
    queue.add(of('contract', 'signed', 'sealed'), 0)
    const next = (nowMs: number) => queue.take(2, nowMs, 1_000).map(({ body }) => body)
    expect(next(0)).toEqual(['a', 'signed'])
    expect(next(0)).toEqual(['b', 'sealed'])
    // Who comes now isn't behind all that wait, nor before the turn that is up.
    queue.add(of('late', 'x', 'y'), 0)
    expect(next(0)).toEqual(['x', 'c'])
    expect(next(0)).toEqual(['y', 'd'])
    expect(next(0)).toEqual(['e'])
  })

  it('[WH12] has the messages of a file of the version before', () => {
    const old = openDatabase(file)
    old.exec(FIRST)
    const body = '{"type":"join","data":{"room":"r"}}'
    old.exec(`INSERT INTO waiting VALUES (1, 'msg_1', '${body}', 3, 0, 0, 0)`)
    old.exec('PRAGMA user_version = 1')
    old.close()
    const queue = open()
    queue.add(told('new'), 0)
    expect(bodiesOf(queue, 0)).toEqual([body, 'new'])
    queue.add(told(...'abcdefghi'), 100)
    expect(queue.drop(100, missed)).toBe(2)
    expect(bodiesOf(queue, 100)).toEqual(['missed 2', ...'abcdefghi'])
  })
})
