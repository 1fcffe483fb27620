import { expect, it } from 'vitest'
import { parseRedisUrl } from './redis-address.js'
import { ClusterConnection } from './redis-cluster.js'
import { SentinelConnection } from './redis-sentinel.js'
import { ServerConnection } from './redis-server.js'

it.each([
  ['redis://localhost', ServerConnection, 'whereabouts'],
  ['redis://:secret@localhost:6379/0', ServerConnection, 'whereabouts'],
  ['rediss://me:a%40b@[::1]:6380/3', ServerConnection, 'whereabouts:3'],
  ['redis://a:1,b:2,c', ClusterConnection, 'whereabouts'],
  ['redis://a:1,redis://b:2', ClusterConnection, 'whereabouts'],
  ['rediss://me:secret@a/?cluster', ClusterConnection, 'whereabouts'],
  ['redis-sentinel://a:1,b/2#mine', SentinelConnection, 'whereabouts:2'],
])('reads %s', (url, kind, prefix) => {
  const place = parseRedisUrl(url)
  expect(place.connection).toBeInstanceOf(kind)
  expect(place.prefix).toBe(prefix)
})

it.each([
  '',
  'localhost:6379',
  'http://localhost',
  'redis://',
  'redis://a:b',
  'redis://a,,b',
  'redis://a,b/1',
  'redis://a/1?cluster',
  'redis://a/?other',
  'redis-sentinel://a:1',
])('refuses %s', (url) => {
  expect(() => parseRedisUrl(url)).toThrow(TypeError)
})
