import { expect, it } from 'vitest'
import { Sealed } from './sealed.js'

const SECRET = 'the secret of a server under test'
const inAMinute = () => Date.now() + 60_000

it('[OP25] every node with the same secret can open a sealed text', async () => {
  // A shorter one is in one of 2,000 sealed texts by chance.
  const content = { id: 'ann-of-accounting' }
  const text = await new Sealed<{ id: string }>(SECRET, 'session').seal(content, inAMinute())
  expect(text).not.toContain(content.id)
  expect(await new Sealed<{ id: string }>(SECRET, 'session').open(text)).toEqual(content)
})

it('[OP25] no other text is opened', async () => {
  const sealed = new Sealed<{ id: string }>(SECRET, 'session')
  const text = await sealed.seal({ id: 'ann' }, inAMinute())
  const [header = '', key = '', iv = '', content = '', tag = ''] = text.split('.')
  const flipped = `${content.startsWith('A') ? 'B' : 'A'}${content.slice(1)}`
  const others = [
    '',
    'ann',
    text.slice(0, -4),
    `${text}.x`,
    [header, key, iv, flipped, tag].join('.'),
    [Buffer.from('{"alg":"none"}').toString('base64url'), key, iv, content, tag].join('.'),
    await new Sealed<{ id: string }>('another secret of a server', 'session').seal(
      { id: 'ann' },
      inAMinute(),
    ),
    await new Sealed<{ id: string }>(SECRET, 'login').seal({ id: 'ann' }, inAMinute()),
    await sealed.seal({ id: 'ann' }, Date.now() - 1_000),
  ]
  for (const other of others) expect(await sealed.open(other), other).toBeUndefined()
})
