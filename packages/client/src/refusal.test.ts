import { Problem } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { ForeignAnswer } from './answer.js'
import { isLasting, readRefusal } from './refusal.js'

const WITHOUT = /answered \d+ without a reason/
const PROBLEM = 'application/problem+json; charset=utf-8'

/** Reads an answer with this status, body and type. */
function read(status: number, body: unknown, type = 'application/json'): Promise<Error> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return readRefusal(new Response(text, { status, headers: { 'content-type': type } }))
}

/** Reads an answer that isn't the server's; returns the problem nearest to it. */
async function readForeign(status: number, body: unknown): Promise<Problem | undefined> {
  const error = await read(status, body)
  expect(error).toBeInstanceOf(ForeignAnswer)
  expect(isLasting(error)).toBe(false)
  return (error as ForeignAnswer).problem
}

describe('the error that is read from an answer other than success', () => {
  it("[CL11] is the server's own problem", async () => {
    const problem = new Problem('room-full', 'The room is full.', { watch: '/x' })
    expect(await read(409, problem, PROBLEM)).toEqual(problem)
  })

  it("[CL11] lasts if it is a problem of the application's guard", async () => {
    const body = { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'Not you.' }
    const error = await read(403, body, PROBLEM)
    expect(error).toMatchObject({ problem: 'forbidden', detail: 'Not you.' })
    expect(isLasting(error)).toBe(true)
  })

  it.each([
    ['Nest', 403, { message: 'Not you.', error: 'Forbidden', statusCode: 403 }],
    ['Nest, without a name', 401, { message: 'Not you.', statusCode: 401 }],
    ['a proxy', 407, { detail: 'Not you.', message: 'less' }],
  ])('[CL32] is foreign, with the reason that %s gives', async (_who, status, body) => {
    const problem = status === 403 ? 'forbidden' : 'unauthorized'
    expect(await readForeign(status, body)).toMatchObject({ problem, detail: 'Not you.' })
  })

  it('[CL32] has every message of a validation', async () => {
    const body = { message: ['name is too long', 'color is no color'], statusCode: 400 }
    expect(await readForeign(400, body)).toMatchObject({
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
    expect(await readForeign(403, body)).toMatchObject({
      problem: 'forbidden',
      detail: expect.stringMatching(WITHOUT),
    })
  })

  it('[CL22 CL32] is too-large for the limit of a proxy, which sending less can meet', async () => {
    const error = await read(413, '<h1>413 Request Entity Too Large</h1>', 'text/html')
    expect(error).toMatchObject({ problem: 'too-large' })
    expect(isLasting(error)).toBe(true)
  })

  it('[CL4] is foreign with the reason, and no problem, if trying again may help', async () => {
    const error = await read(502, { message: 'the upstream is gone' })
    expect(error).toBeInstanceOf(ForeignAnswer)
    expect(error).toMatchObject({ message: 'the upstream is gone', problem: undefined })
    expect((await read(503, 'gone')).message).toMatch(WITHOUT)
  })
})
