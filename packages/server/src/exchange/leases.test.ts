import { expect, it } from 'vitest'
import { LEASE_MS } from './exchange.js'
import { Leases } from './leases.js'
import type { NodeId } from './node.js'
import { nodeId } from '../../../../test/exchange/node-id.js'

const A = nodeId('a')
const B = nodeId('b')
const C = nodeId('c')
const NEW = nodeId('new')
const DEAD = nodeId('dead')
const GOOD = LEASE_MS
const OUT = -1

function certain(leases: Leases, nowMs: number, ...nodes: NodeId[]): void {
  leases.update(
    'e',
    nodes.map((node) => [node, GOOD] as const),
    nowMs - LEASE_MS,
  )
}

function died(node: NodeId) {
  return { node, hasLeft: false }
}

it('[EX4] reports once that a node is gone when its lease expires', () => {
  const leases = new Leases()
  certain(leases, 10_000, A, B)
  expect(
    leases.update(
      'e',
      [
        [A, GOOD],
        [B, OUT],
      ],
      10_000,
    ),
  ).toEqual([died(B)])
  expect(
    leases.update(
      'e',
      [
        [A, GOOD],
        [B, OUT],
      ],
      10_500,
    ),
  ).toEqual([])
  expect(leases.alive).toEqual(new Set([A]))
})

it('[EX4] reports immediately that a node is gone when it gives up its lease', () => {
  const leases = new Leases()
  leases.update(
    'e',
    [
      [A, GOOD],
      [B, GOOD],
    ],
    1_000,
  )
  expect(leases.update('e', [[A, GOOD]], 1_001)).toEqual([{ node: B, hasLeft: true }])
})

it('[EX4] gives all nodes time to return after an interruption, as none could renew its lease', () => {
  const leases = new Leases()
  certain(leases, 10_000, A, B, C)
  leases.interrupted()
  const all = [
    [A, GOOD],
    [B, OUT],
    [C, OUT],
  ] as const
  expect(leases.update('e', all, 30_000)).toEqual([])
  expect(leases.alive).toEqual(new Set([A, B, C]))
  expect(leases.isCertain(30_000 + LEASE_MS - 1)).toBe(false)
  const later = [
    [A, GOOD],
    [B, GOOD],
    [C, OUT],
  ] as const
  expect(leases.update('e', later, 30_000 + LEASE_MS - 1)).toEqual([])
  expect(leases.update('e', later, 30_000 + LEASE_MS)).toEqual([died(C)])
})

it('reports a node that is missing after an interruption as dead, not as having left', () => {
  const leases = new Leases()
  certain(leases, 10_000, A, B)
  leases.interrupted()
  expect(leases.update('e', [[A, GOOD]], 90_000)).toEqual([died(B)])
})

it('[EX4] tells a node that has just started about a node that died before', () => {
  const leases = new Leases()
  expect(
    leases.update(
      'e',
      [
        [NEW, GOOD],
        [DEAD, OUT],
      ],
      0,
    ),
  ).toEqual([])
  expect(leases.alive).toContain(DEAD)
  expect(
    leases.update(
      'e',
      [
        [NEW, GOOD],
        [DEAD, OUT],
      ],
      LEASE_MS,
    ),
  ).toEqual([died(DEAD)])
})

it('reports a node as gone again if it returned in between', () => {
  const leases = new Leases()
  certain(leases, 10_000, A)
  expect(leases.update('e', [[A, OUT]], 10_000)).toEqual([died(A)])
  expect(leases.update('e', [[A, GOOD]], 10_001)).toEqual([])
  expect(leases.update('e', [[A, OUT]], 10_002)).toEqual([died(A)])
})

it('[EX2] does not report nodes that are missing in a new epoch', () => {
  const leases = new Leases()
  certain(leases, 10_000, A, B)
  expect(leases.update('another', [[A, GOOD]], 10_000)).toEqual([])
  expect(leases.alive).toEqual(new Set([A]))
})
