import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { loginFor, queryOf, returnPath } from './return-path.js'

it.each([
  ['/', '/'],
  ['/sheets/budget', '/sheets/budget'],
  ['/pages/a?watch=1&x=%2F#part', '/pages/a?watch=1&x=%2F#part'],
  ['/a/../sheets/b', '/sheets/b'],
  ['/loginless', '/loginless'],
])('[OP23] a login leads back to the path %s', (said, path) => {
  expect(returnPath(said)).toBe(path)
  expect(new URL(returnPath(said), 'https://sheets.example.com').host).toBe('sheets.example.com')
})

it.each([
  null,
  '',
  'sheets/budget',
  'https://evil.example',
  'javascript:alert(1)',
  '//evil.example',
  '///evil.example',
  String.raw`/\evil.example`,
  String.raw`\\evil.example`,
  '/\t/evil.example',
  '/\r\n/evil.example',
  ' //evil.example',
  '/..//evil.example',
  '/a/..//evil.example/b',
  '/.//evil.example',
  '/%2e%2e//evil.example',
  'https://sheets.example.com/',
  '@evil.example',
  '/login?return=/login',
  '/login/callback?code=x',
  '/logout',
  `/${'a'.repeat(3_000)}`,
])('[OP23] a login leads to the start instead of to %s', (said) => {
  expect(returnPath(said)).toBe('/')
})

it('[OP23] the path survives in the address of the login', () => {
  const path = '/sheets/budget?watch=1&a=%26#b'
  const request = { url: loginFor(path, '../') } as IncomingMessage
  expect(queryOf(request).get('return')).toBe(path)
  expect(queryOf({ url: '/login' } as IncomingMessage).get('return')).toBeNull()
})
