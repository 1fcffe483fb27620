import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Problem, PROBLEMS, type ProblemName } from './problem.js'

const names = Object.keys(PROBLEMS) as ProblemName[]
const roundTrip = (problem: Problem) => Problem.fromJSON(JSON.parse(JSON.stringify(problem)))

describe('a problem', () => {
  it.each(names)('[ER1] %s is an RFC 9457 object with type, title, status and detail', (name) => {
    expect(JSON.parse(JSON.stringify(new Problem(name, 'Do this instead.')))).toEqual({
      type: `urn:whereabouts:problem:${name}`,
      title: PROBLEMS[name].title,
      status: PROBLEMS[name].status,
      detail: 'Do this instead.',
    })
  })

  it('[ER1] the problems and their statuses are those of the table in the spec', () => {
    const spec = readFileSync(new URL('../../../spec/PROTOCOL.md', import.meta.url), 'utf8')
    const rows = spec.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)
    const table = Array.from(rows, ([, name, status]) => [name, Number(status)])
    expect(names.map((name) => [name, PROBLEMS[name].status])).toEqual(table)
  })

  it('[ER1] survives JSON, including its extensions', () => {
    const problem = new Problem('room-full', 'Watch it.', { watch: '/rooms/r/events?watch=1' })
    const read = roundTrip(problem)
    expect(read).toBeInstanceOf(Problem)
    expect(read?.problem).toBe('room-full')
    expect(read?.detail).toBe('Watch it.')
    expect(read?.extensions).toEqual({ watch: '/rooms/r/events?watch=1' })
    expect(read?.toJSON()).toEqual(problem.toJSON())
  })

  it('[ER1] an extension doesn’t replace a field of RFC 9457', () => {
    const problem = new Problem('internal', 'Later.', { status: 200, title: 'Fine', type: 'none' })
    expect(problem.toJSON()).toEqual(new Problem('internal', 'Later.').toJSON())
  })

  it('is an Error whose message is its detail', () => {
    const problem = new Problem('bad-json', 'Send JSON.')
    expect(problem).toBeInstanceOf(Error)
    expect(String(problem)).toBe('Problem: Send JSON.')
  })

  it.each([
    undefined,
    null,
    'urn:whereabouts:problem:internal',
    [],
    {},
    { type: 'urn:whereabouts:problem:internal' },
    { type: 'urn:whereabouts:problem:internal', detail: 1 },
    { type: 'about:blank', detail: 'x' },
    { type: 'urn:whereabouts:problem:', detail: 'x' },
    { type: 'urn:whereabouts:problem:no-such', detail: 'x' },
    { type: 'urn:whereabouts:problem:__proto__', detail: 'x' },
    { type: 'urn:whereabouts:problem:toString', detail: 'x' },
  ])('%j isn’t a problem of the protocol', (value) =>
    expect(Problem.fromJSON(value)).toBeUndefined(),
  )

  it('an extension named __proto__ is a field like any other', () => {
    const text = '{"type":"urn:whereabouts:problem:internal","detail":"x","__proto__":{"status":1}}'
    const problem = Problem.fromJSON(JSON.parse(text))
    expect(problem?.status).toBe(500)
    expect(JSON.stringify(problem)).toContain('"__proto__":{"status":1}')
  })
})
