/** A room, and who asks about it. */
export interface AskedRoom {
  readonly roomName: string
  /** The key of the account that asks, as accounts take turns; empty for the application itself. */
  readonly account: string
}

/** Returns a room that the application itself asks about. */
export function askedByApplication<Name extends string>(
  roomName: Name,
): AskedRoom & { readonly roomName: Name } {
  return { roomName, account: '' }
}
