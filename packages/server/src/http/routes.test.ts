import { expect, it } from 'vitest'
import { describeCalls } from './openapi.js'
import { ARTICLE_CALLS, pathOf, readAddress, ROOM_CALLS } from './routes.js'

it.each([
  ['/rooms/x/events', { mount: '', room: 'x', call: 'events' }],
  ['/rooms/x/location?member=ada', { mount: '', room: 'x', call: 'location' }],
  ['/api/v1/rooms/x/document', { mount: '/api/v1', room: 'x', call: 'document' }],
  ['/rooms/rooms/rooms/leave', { mount: '/rooms', room: 'rooms', call: 'leave' }],
  ['/rooms/%73ecret/events', { mount: '', room: 'secret', call: 'events' }],
  ['/rooms/%2573ecret/events', { mount: '', room: '%73ecret', call: 'events' }],
  ['/rooms/%ff/events', { mount: '', room: '%ff', call: 'events' }],
  ['/rooms/a%2Fb/events', { mount: '', room: 'a/b', call: 'events' }],
  ['/rooms/document/document/sync', { mount: '', room: 'document', call: 'document/sync' }],
  ['http://h:1/rooms/x/events?y', { mount: '', room: 'x', call: 'events' }],
  ['/location', { mount: '', room: 'default', call: '/location' }],
  ['/presence/location/sse?id=ada', { mount: '/presence', room: 'default', call: '/location/sse' }],
])('[HT10] [HT11] %s is read', (target, address) => {
  expect(readAddress(target)).toEqual(address)
})

it.each([
  '',
  '*',
  '/rooms',
  '/rooms/x',
  '/rooms/x/events/',
  '/rooms//events',
  '/rooms/x//events',
  '//rooms/x/events',
  '/rooms/x/eventsx',
  '/rooms/x/y/events',
  '/rooms/x;y/events',
  '/rooms/x/events;y',
  '/rooms/x/events#',
  '/rooms/x/events?y#z',
  '/rooms/x\\events',
  '/ROOMS/x/events',
  'rooms/x/events',
  'ftp://h/rooms/x/events',
  'http:///rooms/x/events',
  '/location/',
  '/locations',
])('[HT10 HT22] %s is no call', (target) => {
  expect(readAddress(target)).toBeUndefined()
})

it('has the path of every call of the description', () => {
  const { paths } = describeCalls(true) as { readonly paths: object }
  const described = Object.keys(paths)
  const read = [...ROOM_CALLS.map((call) => `/rooms/{room}/${call}`), ...ARTICLE_CALLS]
  expect(described.toSorted()).toEqual(read.toSorted())
})

it('takes the origin and the query off a path', () => {
  expect(pathOf('http://h/a/b?c/d')).toBe('/a/b')
  expect(pathOf('/a/b')).toBe('/a/b')
})
