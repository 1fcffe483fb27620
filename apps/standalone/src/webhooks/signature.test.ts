import { expect, it } from 'vitest'
import { signatureOf } from './signature.js'

const key = (base64: string) => Buffer.from(base64, 'base64')

it('[WH4] is what the libraries of Standard Webhooks compute, once for each key', () => {
  const known = key('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
  const [id, at, body] = [
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1_614_265_330,
    '{"test": 2432232314}',
  ] as const
  const expected = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  expect(signatureOf([known], id, at, body)).toBe(expected)
  const [first, second, ...none] = signatureOf([key('A'.repeat(32)), known], id, at, body).split(
    ' ',
  )
  expect([first, second, none]).toEqual([expect.stringMatching(/^v1,.{44}$/), expected, []])
  expect(first).not.toBe(expected)
})
