declare const brand: unique symbol

/** A string of one kind. Only the code that checks or makes such strings may cast to it. */
type Branded<Kind extends string> = string & { readonly [brand]: Kind }

/** The name of a room, as `checkRoom` checked it. */
export type RoomName = Branded<'RoomName'>

/** The name of a node among those of an exchange, as it was made or read from there. */
export type NodeId = Branded<'NodeId'>

/** The public id of a member, as `MemberIds` made it. */
export type MemberId = Branded<'MemberId'>

/**
 * The member key of a caller, as `checkMemberKey` checked it.
 *
 * **A secret**: with it, anybody can act as the member. Never log it, show it to another member or put
 * it in an error.
 */
export type MemberKey = Branded<'MemberKey'>
