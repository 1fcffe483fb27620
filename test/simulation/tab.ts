import type { SimulatedNode } from './node.js'
import type { NodeReader } from './node-reader.js'

/** One open stream, from when it is asked for. */
export interface Stream {
  readonly node: SimulatedNode
  readonly reader: NodeReader
  /** Whether the node has answered. */
  isAnswered: boolean
  isClosed: boolean
}

/** A tab of a member, and what is known of it that the nodes must not get wrong. */
export class Tab {
  readonly streams = new Set<Stream>()
  /** What its last stream knew, to be resumed from. */
  known: NodeReader | undefined
  /** Whether somebody looks at it, so that it connects again whenever it isn't. */
  isOpen = false
  /** It has said that it leaves, and not come back since. */
  hasLeft = true
  /** It has reloaded, and no node that can reach the others knows that it is back. */
  isLeaving = false
  /** The node that has yet to answer what it posted or said last: it asks one thing after the other. */
  waitsFor: SimulatedNode | undefined
  /** Until when what a node did that is gone now may come to something yet. */
  waitsUntilMs = -Infinity
  /** How many locations it posted, which are numbered from 1. */
  posted = 0
  /** Those that were acknowledged where they were shared, and when. */
  readonly acknowledged: { readonly number: number; readonly atMs: number }[] = []
  /** Those that nodes acknowledged which couldn't share them. */
  untold: { readonly number: number; readonly node: SimulatedNode }[] = []
  /** The nodes that know the last of them, since Redis lost it. */
  keepers: Set<SimulatedNode> | undefined
  /** When each node, by its name, was last bound to know that it is connected. */
  readonly knownMs = new Map<string, number>()
  /** Since when a node that it is connected to says that it is away. */
  awaySinceMs: number | undefined
  /** When it was last connected to a node that could reach the others. */
  sharedMs = -Infinity
  /** When it last did anything, or was connected. */
  aliveMs = -Infinity

  constructor(readonly id: string) {}

  /** The streams that nodes have answered. */
  get answered(): Stream[] {
    return [...this.streams].filter(({ isAnswered }) => isAnswered)
  }
}
