import { expect, it } from 'vitest'
import { readWebhooks } from './webhook-settings.js'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const read = (settings: { readonly [name: string]: string }) =>
  readWebhooks(
    new Map(Object.entries(settings).map(([name, text]) => [`WHEREABOUTS_WEBHOOK_${name}`, text])),
  )
const USUAL = { URL: 'https://app.example.com/hooks?key=1', SECRET }

it('[WH1 WH3] reads an address, keys, kinds and rooms', () => {
  const { webhooks, faults } = read(USUAL)
  expect(faults).toEqual([])
  expect(webhooks!.url.href).toBe(USUAL.URL)
  expect(webhooks!.keys).toEqual([Buffer.alloc(32, 7)])
  expect([...webhooks!.kinds]).toEqual([
    'created',
    'emptied',
    'join',
    'leave',
    'status',
    'document',
  ])
  expect(webhooks!.rooms).toEqual(['*'])
  const more = read({
    ...USUAL,
    SECRET: `${SECRET},${SECRET}`,
    KINDS: 'join, move',
    ROOMS: 'a,b-*',
  })
  expect(more.webhooks!.keys).toHaveLength(2)
  expect([...more.webhooks!.kinds]).toEqual(['join', 'move'])
  expect(more.webhooks!.rooms).toEqual(['a', 'b-*'])
  expect(read({})).toEqual({ faults: [] })
})

it('[WH1] names every wrong setting, every missing one, and every one without effect', () => {
  const nameOf = (fault: string) => /^WHEREABOUTS_WEBHOOK_(\w+): /.exec(fault)?.[1]
  const faultsOf = (settings: { readonly [name: string]: string }) => {
    const { webhooks, faults } = read(settings)
    expect(webhooks).toBeUndefined()
    return faults.map(nameOf)
  }
  expect(faultsOf({ SECRET, KINDS: 'join' })).toEqual(['SECRET', 'KINDS'])
  expect(faultsOf({ URL: USUAL.URL })).toEqual(['SECRET'])
  const wrong = { URL: 'x', SECRET: 'whsec_short', KINDS: 'joins', ROOMS: 'a*b', INSECURE: 'yes' }
  expect(new Set(faultsOf(wrong))).toEqual(new Set(Object.keys(wrong)))
  for (const secret of [
    Buffer.alloc(32).toString('base64'),
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    `${SECRET},whsec_`,
    `whsec_${'!'.repeat(40)}`,
  ]) {
    expect(faultsOf({ ...USUAL, SECRET: secret }), secret).toEqual(['SECRET'])
  }
})

it('[WH2] takes an http address on this machine only, unless it is told to', () => {
  const allowed = (address: string, more = {}) =>
    read({ ...USUAL, URL: address, ...more }).webhooks !== undefined
  for (const address of ['https://a.example', 'http://127.0.0.1:4000/x', 'http://localhost']) {
    expect(allowed(address), address).toBe(true)
  }
  for (const address of [
    'http://a.example',
    'ftp://a.example',
    'https://me:key@a.example',
    'a.b',
  ]) {
    expect(allowed(address), address).toBe(false)
  }
  expect(allowed('http://hooks.internal', { INSECURE: 'on' })).toBe(true)
  expect(allowed('ftp://hooks.internal', { INSECURE: 'on' })).toBe(false)
})
