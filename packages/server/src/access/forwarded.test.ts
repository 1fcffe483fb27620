import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { addressIn, readForwarded } from './forwarded.js'
import { Proxies } from './proxies.js'

it.each([
  ['for="_gazonk"', [{ for: '_gazonk' }]],
  ['For="[2001:db8:cafe::17]:4711"', [{ for: '[2001:db8:cafe::17]:4711' }]],
  ['for=192.0.2.60;proto=http;by=203.0.113.43', [{ for: '192.0.2.60', proto: 'http' }]],
  ['for=192.0.2.43, for=198.51.100.17', [{ for: '192.0.2.43' }, { for: '198.51.100.17' }]],
  ['PROTO=https;HOST="a.example:8443"', [{ proto: 'https', host: 'a.example:8443' }]],
  [
    'for="192.0.2.43:47011" ; proto="https" ,, for=unknown',
    [{ for: '192.0.2.43:47011', proto: 'https' }, { for: 'unknown' }],
  ],
  ['host="a\\"b"', [{ host: 'a"b' }]],
  ['host="a, proto=https"', [{ host: 'a, proto=https' }]],
  ['for=192.0.2.1, by=10.0.0.1', [{ for: '192.0.2.1' }, {}]],
  ['', []],
  ['for', []],
  ['for=1;for=2', []],
  ['for="unfinished', []],
  ['for=a b', []],
  ['=x', []],
])('[ID18] `Forwarded: %s` says %j', (header, hops) => {
  expect(readForwarded(header)).toEqual(hops)
})

it('[ID18] reads a long header in a moment', () => {
  for (const part of ['for=1,', ' ', ';', '"', 'for="\\"', ',', 'a=']) {
    const beganMs = performance.now()
    readForwarded(part.repeat(20_000))
    expect(performance.now() - beganMs).toBeLessThan(1_000)
  }
})

it.each([
  ['192.0.2.43', '192.0.2.43'],
  ['192.0.2.43:47011', '192.0.2.43'],
  ['192.0.2.43:_x', '192.0.2.43'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:80', '2001:db8::1'],
  ['unknown', 'unknown'],
])('[ID18] the address in %s is %s', (node, address) => {
  expect(addressIn(node)).toBe(address)
})

/** A request over a connection from an address. */
function requestFrom(remoteAddress: string, headers: Record<string, string>): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress })
  const request = new IncomingMessage(socket)
  Object.assign(request.headers, headers)
  return request
}

const PROXIES = new Proxies(['10.0.0.0/8', 'fd00::/8'])
const read = (remote: string, headers: Record<string, string>) => {
  const request = requestFrom(remote, headers)
  const [address, isSecure] = [PROXIES.addressOf(request), PROXIES.isSecure(request)]
  return [address, isSecure, PROXIES.hostOf(request)]
}

it.each<[string, Record<string, string>, [string, boolean, string]]>([
  [
    '10.0.0.1',
    { forwarded: 'for=192.0.2.1;proto=https;host=a.example' },
    ['192.0.2.1', true, 'a.example'],
  ],
  ['10.0.0.1', { forwarded: 'For="[2001:db8::1]:80";Proto=HTTPS' }, ['2001:db8::1', true, 'own']],
  // What comes before the last proxy that isn't trusted may be made up.
  [
    '10.0.0.1',
    { forwarded: 'for=198.51.100.9, for=192.0.2.1, for=10.0.0.2' },
    ['192.0.2.1', false, 'own'],
  ],
  ['10.0.0.1', { forwarded: 'for=10.0.0.3, for=10.0.0.2' }, ['10.0.0.3', false, 'own']],
  ['10.0.0.1', { forwarded: 'for=192.0.2.1, for=_hidden' }, ['_hidden', false, 'own']],
  ['10.0.0.1', { forwarded: 'for=192.0.2.1, by=10.0.0.1' }, ['unknown', false, 'own']],
  ['10.0.0.1', { forwarded: 'proto=https' }, ['unknown', true, 'own']],
  ['10.0.0.1', { forwarded: 'not; well = formed' }, ['10.0.0.1', false, 'own']],
  // The other headers count where a proxy sends both, as it may pass `Forwarded` on from its caller.
  [
    '10.0.0.1',
    { forwarded: 'for=192.0.2.1;proto=https;host=a', 'x-forwarded-for': '192.0.2.2' },
    ['192.0.2.2', false, 'own'],
  ],
  [
    '10.0.0.1',
    { forwarded: 'for=192.0.2.1;host=a', 'x-forwarded-proto': 'https' },
    ['10.0.0.1', true, 'own'],
  ],
  ['10.0.0.1', { forwarded: 'for=192.0.2.1', 'x-forwarded-host': 'b' }, ['10.0.0.1', false, 'b']],
  ['192.0.2.7', { forwarded: 'for=192.0.2.1;proto=https;host=a' }, ['192.0.2.7', false, 'own']],
])('[BR1 BR2 ID18] from %s with %j', (remote, headers, result) => {
  expect(read(remote, { ...headers, host: 'own' })).toEqual(result)
})
