declare const brand: unique symbol

/** A string of one kind. Only the code that checks or makes such strings may cast to it. */
type Branded<Kind extends string> = string & { readonly [brand]: Kind }

/** The name of a room, checked by `checkRoom`. */
export type RoomName = Branded<'RoomName'>

/** The name of a node in an exchange. */
export type NodeId = Branded<'NodeId'>

/** The public id of a member, made by `MemberIds`. */
export type MemberId = Branded<'MemberId'>

/**
 * The member key of a caller, checked by `checkMemberKey`.
 *
 * **A secret**: anybody who has it can act as the member. Never log it, show it to another member
 * or put it in an error.
 */
export type MemberKey = Branded<'MemberKey'>
