import type { Json } from '@whereabouts/protocol'
import type { NamedLock } from '../../packages/server/src/room/locks.js'
import type { Restatement } from '../../packages/server/src/room/operation.js'
import { Room } from '../../packages/server/src/room/room.js'
import type { UserClaim } from '../../packages/server/src/room/user.js'
import { nodeId } from '../exchange/node-id.js'

/** A room with a method per operation, for tests. */
export class DrivenRoom extends Room {
  open(id: string, user: UserClaim, nowMs: number, at?: string, node = ''): void {
    this.apply({ do: 'open', id, user, at }, { node: nodeId(node), nowMs })
  }

  close(id: string, nowMs: number, node = ''): void {
    this.apply({ do: 'close', id }, { node: nodeId(node), nowMs })
  }

  watch(node = ''): void {
    this.apply({ do: 'watch' }, { node: nodeId(node), nowMs: 0 })
  }

  unwatch(node = ''): void {
    this.apply({ do: 'unwatch' }, { node: nodeId(node), nowMs: 0 })
  }

  move(id: string, user: UserClaim, location: Json, nowMs: number): void {
    this.apply({ do: 'move', id, user, location }, { node: nodeId(''), nowMs })
  }

  confirm(id: string, nextWithinMs: number, nowMs: number): void {
    this.apply({ do: 'confirm', id, nextWithinMs }, { node: nodeId(''), nowMs })
  }

  overdue(id: string, nowMs: number): void {
    this.apply({ do: 'overdue', id }, { node: nodeId(''), nowMs })
  }

  leave(id: string): void {
    this.apply({ do: 'leave', id }, { node: nodeId(''), nowMs: 0 })
  }

  leaveSoon(id: string, nowMs: number): void {
    this.apply({ do: 'soon', id }, { node: nodeId(''), nowMs })
  }

  update(bytes?: Uint8Array): void {
    this.apply({ do: 'update', bytes }, { node: nodeId(''), nowMs: 0 })
  }

  broadcast(event: Json, nowMs = 0, from?: string): void {
    this.apply({ do: 'broadcast', event, from }, { node: nodeId(''), nowMs })
  }

  lock(id: string, key: string): void {
    this.apply({ do: 'lock', id, key }, { node: nodeId(''), nowMs: 0 })
  }

  unlock(id: string, lock?: NamedLock): void {
    this.apply({ do: 'unlock', id, lock }, { node: nodeId(''), nowMs: 0 })
  }

  forgetLocks(): void {
    this.apply({ do: 'forgetLocks' }, { node: nodeId(''), nowMs: 0 })
  }

  expire(nowMs: number): void {
    this.apply({ do: 'expire' }, { node: nodeId(''), nowMs })
  }

  gone(gone: { readonly node: string; readonly hasLeft: boolean }, nowMs: number): void {
    this.apply(
      { do: 'gone', hasLeft: gone.hasLeft, node: nodeId(gone.node) },
      { node: nodeId(''), nowMs },
    )
  }

  restate(restatement: Restatement, node: string, nowMs: number): void {
    this.apply({ do: 'restate', ...restatement }, { node: nodeId(node), nowMs })
  }
}
