import type { Action } from './messages.js'

/** What a user may be in a document. @see PROTOCOL.md SR1 */
export type Role = 'viewer' | 'commenter' | 'editor' | 'owner'

/** What a document's link gives everybody whom the server knows. @see PROTOCOL.md SR3 */
export type LinkGives = 'nothing' | 'view' | 'comment' | 'edit'

/** What each role may do. @see PROTOCOL.md SR1 */
export const ROLES: { readonly [role in Role]: readonly Action[] } = {
  viewer: ['watch'],
  commenter: ['watch', 'join', 'move', 'comment'],
  editor: ['watch', 'join', 'move', 'write', 'comment'],
  owner: ['watch', 'join', 'move', 'write', 'comment', 'manage'],
}

/** What each setting of a link makes of who has it. @see PROTOCOL.md SR3 */
export const LINK_ROLES: { readonly [gives in LinkGives]: Role | undefined } = {
  nothing: undefined,
  view: 'viewer',
  comment: 'commenter',
  edit: 'editor',
}

/** A user in an access record. */
export interface SharedUser {
  readonly role: Exclude<Role, 'owner'>
  /** What those who manage see. */
  readonly name?: string | undefined
}

/** Who may do what in a document, as those see it who manage that. @see PROTOCOL.md SR12 */
export interface Access {
  /** Another one with every change; 0 while nothing was ever said. */
  readonly revision: number
  /** Without users it is left out, as are `users` and `link`. */
  readonly owner?: string
  readonly users?: { readonly [userId: string]: SharedUser }
  readonly link?: LinkGives
  /** The room name of the view link, if there is one. */
  readonly viewLink?: string
  /** The id of the user whom the document is offered to, who becomes its owner by accepting it. */
  readonly offeredTo?: string
}

/** What is offered to a caller: to become the owner of the document. @see PROTOCOL.md SR20 */
export interface Offer {
  /** The id of the owner; left out if there is none. */
  readonly from?: string
}

/** What a caller may do in a document, and who else may, if the caller manages that. */
export interface AccessAnswer {
  readonly can: readonly Action[]
  readonly access?: Access
  readonly offer?: Offer
}

/** A change of who may do what; what is left out stays. @see PROTOCOL.md SR13 */
export interface AccessChange {
  /** The one that the change was made from. */
  readonly revision: number
  /** `null` removes a user. */
  readonly users?: { readonly [userId: string]: SharedUser | null }
  readonly link?: LinkGives
  /** `true` makes a view link unless there is one; `false` ends it. */
  readonly viewLink?: boolean
  /** Offers the document to a user with a role in it; `null` takes the offer back. */
  readonly offeredTo?: string | null
}
