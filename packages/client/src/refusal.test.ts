import { Problem } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { isLasting, readRefusal } from './refusal.js'

const WITHOUT = /answered \d+ without a reason/

/** Reads an answer with this status and body. */
function read(status: number, body: unknown): Promise<Error> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return readRefusal(new Response(text, { status }))
}

describe('the error that is read from an answer other than success', () => {
  it("[CL32] is the server's own problem", async () => {
    const problem = new Problem('room-full', 'The room is full.', { watch: '/x' })
    expect(await read(409, problem)).toEqual(problem)
  })

  it.each([
    ['a guard', 403, { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'Not you.' }],
    ['Nest', 403, { message: 'Not you.', error: 'Forbidden', statusCode: 403 }],
    ['Nest, without a name', 401, { message: 'Not you.', statusCode: 401 }],
    ['a proxy', 407, { detail: 'Not you.', message: 'less' }],
  ])('[CL32] is the nearest problem, with the reason that %s gives', async (_who, status, body) => {
    const error = await read(status, body)
    const problem = status === 403 ? 'forbidden' : 'unauthorized'
    expect(error).toMatchObject({ problem, detail: 'Not you.' })
    expect(isLasting(error)).toBe(true)
  })

  it('[CL32] has every message of a validation', async () => {
    const body = { message: ['name is too long', 'color is no color'], statusCode: 400 }
    expect(await read(400, body)).toMatchObject({
      problem: 'bad-parameter',
      detail: 'name is too long; color is no color',
    })
  })

  it.each([
    '<h1>Forbidden</h1>',
    '',
    'null',
    '[]',
    '5',
    { message: 5 },
    { message: '' },
    { message: ' ' },
    { message: { text: 'no' } },
    { message: [null] },
    { detail: {} },
    { title: 'Forbidden' },
  ])('[CL32] says that there was no reason if the answer gives none: %j', async (body) => {
    expect(await read(403, body)).toMatchObject({
      problem: 'forbidden',
      detail: expect.stringMatching(WITHOUT),
    })
  })

  it('[CL4] is a plain error with the reason if trying again may help', async () => {
    const error = await read(502, { message: 'the upstream is gone' })
    expect(isLasting(error)).toBe(false)
    expect(error.message).toBe('the upstream is gone')
    expect((await read(503, 'gone')).message).toMatch(WITHOUT)
  })
})
