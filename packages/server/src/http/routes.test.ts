import { expect, it } from 'vitest'
import { describeCalls } from './openapi.js'
import { ARTICLE_CALLS, pathOf, readAddress, ROOM_CALLS, STREAMS_CALL } from './routes.js'

it.each([
  ['/rooms/x/events', { mount: '', roomName: 'x', call: 'events' }],
  ['/rooms/x/location?member=ada', { mount: '', roomName: 'x', call: 'location' }],
  ['/api/v1/rooms/x/document', { mount: '/api/v1', roomName: 'x', call: 'document' }],
  ['/rooms/rooms/rooms/leave', { mount: '/rooms', roomName: 'rooms', call: 'leave' }],
  ['/rooms/%73ecret/events', { mount: '', roomName: 'secret', call: 'events' }],
  ['/rooms/%2573ecret/events', { mount: '', roomName: '%73ecret', call: 'events' }],
  ['/rooms/%ff/events', { mount: '', roomName: '%ff', call: 'events' }],
  ['/rooms/a%2Fb/events', { mount: '', roomName: 'a/b', call: 'events' }],
  ['/rooms/document/document/sync', { mount: '', roomName: 'document', call: 'document/sync' }],
  ['http://h:1/rooms/x/events?y', { mount: '', roomName: 'x', call: 'events' }],
  ['/location', { mount: '', roomName: 'default', call: '/location' }],
  ['/api/streams', { mount: '/api', roomName: 'default', call: '/streams' }],
  [
    '/presence/location/sse?id=ada',
    { mount: '/presence', roomName: 'default', call: '/location/sse' },
  ],
])('[HT10] [HT11] %s is a call', (target, address) => {
  expect(readAddress(target)).toEqual(address)
})

it.each([
  '',
  '*',
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
  '/streams/',
])('[HT10 HT22] %s is not a call', (target) => {
  expect(readAddress(target)).toBeUndefined()
})

it('has a path for every call in the OpenAPI description', () => {
  const served = { article: true, streams: true }
  const { paths } = describeCalls(served, '') as { readonly paths: object }
  const described = Object.keys(paths)
  const inRooms = ROOM_CALLS.map((call) => `/rooms/{room}/${call}`)
  const read = ['/rooms', '/rooms/mine', ...inRooms, STREAMS_CALL, ...ARTICLE_CALLS]
  expect(described.toSorted()).toEqual(read.toSorted())
})

it('strips the origin and the query from a path', () => {
  expect(pathOf('http://h/a/b?c/d')).toBe('/a/b')
  expect(pathOf('/a/b')).toBe('/a/b')
})
