import type { SimulatedNode } from './node.js'
import type { NodeReader } from './node-reader.js'

/** One stream, from its request on. */
export interface Stream {
  readonly node: SimulatedNode
  readonly reader: NodeReader
  /** Whether the node has answered. */
  isAnswered: boolean
  isClosed: boolean
}

/** A tab of a member, and the facts about it that nodes must get right. */
export class Tab {
  readonly streams = new Set<Stream>()
  /** The reader of its last stream, to be resumed. */
  known: NodeReader | undefined
  /** Whether the tab is open, so that it reconnects whenever it is disconnected. */
  isOpen = false
  /** Whether it said that it leaves, and has not come back since. */
  hasLeft = true
  /** Whether it is reloading, and no node that can reach the others knows that it is back. */
  isLeaving = false
  /** The node whose answer it waits for; a tab makes one call at a time. */
  waitsFor: SimulatedNode | undefined
  /** Until when a call to a node that is gone may still have an effect. */
  waitsUntilMs = -Infinity
  /** The number of posted locations, which are numbered from 1. */
  posted = 0
  /** Locations acknowledged by a node that shares its room, and when. */
  readonly acknowledged: { readonly number: number; readonly atMs: number }[] = []
  /** Locations acknowledged by a node that was cut off. */
  untold: { readonly number: number; readonly node: SimulatedNode }[] = []
  /** The numbers of the locks that it got, by key, even if it lost them since. */
  readonly locks = new Map<string, number>()
  /** The nodes that know the last location, after Redis lost it. */
  keepers: Set<SimulatedNode> | undefined
  /** When each node last knew for certain that the tab is connected, by the node's name. */
  readonly knownMs = new Map<string, number>()
  /** Since when a node that it is connected to shows it as away. */
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
