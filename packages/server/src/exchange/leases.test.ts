import { expect, it } from 'vitest'
import { LEASE_MS } from './exchange.js'
import { Leases } from './leases.js'

const GOOD = LEASE_MS
const OUT = -1

function certain(leases: Leases, nowMs: number, ...nodes: string[]): void {
  leases.update(
    'e',
    nodes.map((node) => [node, GOOD] as const),
    nowMs - LEASE_MS,
  )
}

function died(node: string) {
  return { node, hasLeft: false }
}

it('[EX4] reports once that a node is gone when its lease expires', () => {
  const leases = new Leases()
  certain(leases, 10_000, 'a', 'b')
  expect(
    leases.update(
      'e',
      [
        ['a', GOOD],
        ['b', OUT],
      ],
      10_000,
    ),
  ).toEqual([died('b')])
  expect(
    leases.update(
      'e',
      [
        ['a', GOOD],
        ['b', OUT],
      ],
      10_500,
    ),
  ).toEqual([])
  expect(leases.alive).toEqual(new Set(['a']))
})

it('[EX4] reports immediately that a node is gone when it gives up its lease', () => {
  const leases = new Leases()
  leases.update(
    'e',
    [
      ['a', GOOD],
      ['b', GOOD],
    ],
    1_000,
  )
  expect(leases.update('e', [['a', GOOD]], 1_001)).toEqual([{ node: 'b', hasLeft: true }])
})

it('[EX4] gives all nodes time to return after an interruption, as none could renew its lease', () => {
  const leases = new Leases()
  certain(leases, 10_000, 'a', 'b', 'c')
  leases.interrupted()
  const all = [
    ['a', GOOD],
    ['b', OUT],
    ['c', OUT],
  ] as const
  expect(leases.update('e', all, 30_000)).toEqual([])
  expect(leases.alive).toEqual(new Set(['a', 'b', 'c']))
  expect(leases.isCertain(30_000 + LEASE_MS - 1)).toBe(false)
  const later = [
    ['a', GOOD],
    ['b', GOOD],
    ['c', OUT],
  ] as const
  expect(leases.update('e', later, 30_000 + LEASE_MS - 1)).toEqual([])
  expect(leases.update('e', later, 30_000 + LEASE_MS)).toEqual([died('c')])
})

it('reports a node that is missing after an interruption as dead, not as having left', () => {
  const leases = new Leases()
  certain(leases, 10_000, 'a', 'b')
  leases.interrupted()
  expect(leases.update('e', [['a', GOOD]], 90_000)).toEqual([died('b')])
})

it('[EX4] tells a node that has just started about a node that died before', () => {
  const leases = new Leases()
  expect(
    leases.update(
      'e',
      [
        ['new', GOOD],
        ['dead', OUT],
      ],
      0,
    ),
  ).toEqual([])
  expect(leases.alive).toContain('dead')
  expect(
    leases.update(
      'e',
      [
        ['new', GOOD],
        ['dead', OUT],
      ],
      LEASE_MS,
    ),
  ).toEqual([died('dead')])
})

it('reports a node as gone again if it returned in between', () => {
  const leases = new Leases()
  certain(leases, 10_000, 'a')
  expect(leases.update('e', [['a', OUT]], 10_000)).toEqual([died('a')])
  expect(leases.update('e', [['a', GOOD]], 10_001)).toEqual([])
  expect(leases.update('e', [['a', OUT]], 10_002)).toEqual([died('a')])
})

it('[EX2] does not report nodes that are missing in a new epoch', () => {
  const leases = new Leases()
  certain(leases, 10_000, 'a', 'b')
  expect(leases.update('another', [['a', GOOD]], 10_000)).toEqual([])
  expect(leases.alive).toEqual(new Set(['a']))
})
