import type { Observer } from '../room/observed.js'
import type { Room } from '../room/room.js'
import type { RoomLimits } from '../room/room-state.js'
import type { PaceLimits } from '../stream/pace.js'
import type { RoomName } from '../room/ids.js'
import type { BroadcastOperation, LockOperation, Operation, Presence } from '../room/operation.js'
import type { Faults } from '../stream/faults.js'
import type { Frames, FrameSource, MergeUpdates } from '../stream/frames.js'
import type { Poll } from '../stream/poll.js'
import type { RoomGuard } from './room-guard.js'

/** The limits and intervals of the rooms of a process. */
export interface HostedRoomsLimits extends RoomLimits, PaceLimits {
  readonly maxRooms: number
}

/** The limits of a room and its log. */
export interface SharedRoomLimits extends HostedRoomsLimits {
  /** How many batches pass between two checkpoints of a room's state. */
  readonly checkpointBatches?: number
}

/** Hears of changes of documents. @see PROTOCOL.md RS11 */
export interface DocumentChanges {
  /**
   * This node has stored a change, or found out that there may be one.
   *
   * @param told settles once the change was ordered, or can't be; omitted where there are no other nodes
   */
  changed(name: string, told?: Promise<unknown>): void
  /**
   * The nodes that host a room hear of its changes in the same order, also again.
   *
   * @param isOwn whether it is a change of this node
   */
  ordered(name: string, isOwn: boolean): void
}

/** The callbacks of rooms to the code that handles documents. */
export interface RoomHooks {
  readonly faults: Faults
  readonly merge: MergeUpdates
  /** Returns who is told of what comes from this node, if anybody is. @see PROTOCOL.md EV17 */
  readonly observer?: () => Observer | undefined
  /** Called when a room becomes empty. */
  readonly emptied: (name: string) => void
  readonly documentChanges?: DocumentChanges | undefined
}

/** An update of a room's document that the store has. */
export interface StoredUpdate {
  /** Whether it changed the document. */
  readonly changed: boolean
  readonly bytes: Uint8Array
  /** Its number in the store, if that is known. */
  readonly place?: number | undefined
  /** Whether readers are told that there is an update, and not what it is. @see PROTOCOL.md SR22 */
  readonly isSecret?: boolean
}

/** A room that this process hosts, and the frames of its local readers. */
export interface HostedRoom extends FrameSource {
  readonly name: string
  readonly room: Room
  readonly frames: Frames
  /** Runs all code of the room. */
  readonly guard: RoomGuard
  /** Settles when there is a room to read. */
  readonly begun: Promise<void>
  /** Whether the room can be forgotten. */
  readonly isIdle: boolean

  /**
   * Applies an operation to the room. Resolves with the room's position after it.
   *
   * @throws {Problem} room-full, exchange-busy, internal
   */
  commit(operation: Operation): Promise<string>

  /** Applies an operation to the room without waiting for the result. */
  commitQuietly(operation: Operation): void

  /**
   * Notes that a member is there, and within what time it says so again. Resolves with the room's position;
   * with `undefined` if there is no such member.
   *
   * @throws {Problem} exchange-busy, internal
   * @see PROTOCOL.md CO1, CO3, CO8
   */
  confirm(id: string, presence: Presence): Promise<string | undefined>

  /** Lets leases run out, and judges promises. Call it at regular intervals. @see PROTOCOL.md MB3, MB4 */
  tick(): void

  /** Stops hosting the room. */
  end(): void
}

/**
 * The rooms that this process hosts. {@link LocalRooms} belong to this process alone; {@link SharedRooms}
 * are the same on every process behind one exchange.
 */
export interface HostedRooms {
  /** The number of rooms. */
  readonly size: number
  /** How many more rooms fit, as those that nobody uses make way. */
  readonly places: number
  /** Whether the other processes can be reached, or there are none. @see PROTOCOL.md EX5 */
  readonly isShared: boolean

  values(): Iterable<HostedRoom>

  /** Returns the room with that name if it is hosted here. */
  find(name: string): HostedRoom | undefined

  /**
   * Returns the room with that name, created if necessary.
   *
   * @throws {Problem} too-many-rooms, internal
   */
  open(name: RoomName): HostedRoom

  /**
   * Calls `work` with a room as it is now, without creating it. A room that no process hosts is empty.
   *
   * @see PROTOCOL.md RM11
   */
  look<T>(name: RoomName, work: (room: HostedRoom) => T | Promise<T>): Promise<T>

  /**
   * Notes that a member of a room is there. Creates no room.
   *
   * @see {@link HostedRoom.confirm}
   */
  confirm(name: RoomName, id: string, presence: Presence): Promise<string | undefined>

  /**
   * Sends an event to all readers of a room, without creating it. Resolves with the room's position after it.
   *
   * @throws {Problem} forbidden, if it comes from nobody in the room; exchange-busy, internal
   * @see PROTOCOL.md EV3, EV4, EV11
   */
  broadcast(name: RoomName, broadcast: BroadcastOperation): Promise<string>

  /**
   * Applies an operation about locks to a room, without creating it. Resolves with the room after it.
   *
   * @throws {Problem} forbidden, locked, too-many-locks; exchange-busy, also if other nodes can't be asked;
   *   internal
   * @see PROTOCOL.md LK5, LK13, LK15
   */
  lock(name: RoomName, operation: LockOperation): Promise<HostedRoom>

  /**
   * Tells a room of a stored update. Resolves with the room's position after it, once the other processes
   * were told or can find out.
   *
   * @throws {Problem} exchange-busy, store-failed
   * @see PROTOCOL.md DO2, DO3, DO4
   */
  update(name: RoomName, update: StoredUpdate): Promise<string>

  /**
   * Tells a room that its document was deleted, which ends its readers. Resolves once the other processes
   * were told or can find out.
   *
   * @see PROTOCOL.md AD3
   */
  deleted(name: RoomName): Promise<void>

  /**
   * Returns whether a room's loaded document has every update up to a position, or without a position,
   * up to now.
   *
   * @see PROTOCOL.md EX8
   */
  isUpToDate(name: RoomName, since: string | undefined): Promise<boolean>

  /**
   * Sends a poll the next frame of a room, without creating the room. Resolves when the poll has ended.
   *
   * @param position where the poll is
   * @see PROTOCOL.md RM11
   */
  follow(name: RoomName, poll: Poll, position: string): Promise<void>

  /** Sends no more frames. */
  stopFrames(): void

  /** Tells the other processes that this one is gone. @see PROTOCOL.md EX4 */
  leaveExchange(): Promise<void>
}
