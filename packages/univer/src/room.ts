import type { Doc } from 'yjs'

/** Any JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [field: string]: Json }

/** Somebody in the room. */
export interface Member {
  readonly id: string
  readonly user: { readonly name: string; readonly color: string }
  readonly location: unknown
  readonly status: 'online' | 'away'
}

/** Who is in the room at a moment. */
export interface RoomSnapshot {
  readonly self: string | null
  readonly members: readonly Member[]
  readonly others: readonly Member[]
}

/** What the sheet needs of a room with a document. */
export interface Session {
  readonly doc: Doc
  readonly canEdit: boolean
  getSnapshot(): RoomSnapshot
  subscribe(listener: () => void): () => void
  move(location: Json): void
}
