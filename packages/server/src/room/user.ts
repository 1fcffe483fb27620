import { equalJson, type Json, type User } from '@whereabouts/protocol'

/** A caller's statements about its user, already checked. */
export interface UserClaim {
  readonly id?: string
  readonly name?: string
  readonly color?: string
  readonly avatar?: string
  readonly meta?: Json
}

const DEFAULT_NAME = 'Guest'
// Dark enough for white text, and easy to tell apart.
const COLORS = [
  '#e11d48',
  '#c2410c',
  '#a16207',
  '#4d7c0f',
  '#047857',
  '#0e7490',
  '#1d4ed8',
  '#6d28d9',
  '#a21caf',
  '#be185d',
]

/**
 * Returns the user that a claim describes. Missing fields come from `known`, or else from the defaults.
 *
 * @see PROTOCOL.md NM5, ID4, AC4, AC5
 */
export function describeUser(memberId: string, claim: UserClaim, known?: User): User {
  const id = claim.id ?? known?.id ?? memberId
  const name = claim.name ?? known?.name ?? DEFAULT_NAME
  const color = claim.color ?? known?.color ?? colorOf(memberId)
  const isKnown = known?.id === id && known.name === name && known.color === color
  if (isKnown && !addsTo(known, claim)) return known
  return withExtras({ id, name, color }, claim, known)
}

/** Returns whether a claim changes the avatar or `meta`. */
function addsTo(known: User, { avatar, meta }: UserClaim): boolean {
  if (avatar !== undefined && avatar !== known.avatar) return true
  return meta !== undefined && (known.meta === undefined || !equalJson(known.meta, meta))
}

function withExtras(user: User, claim: UserClaim, known: User | undefined): User {
  const avatar = claim.avatar ?? known?.avatar
  const meta = claim.meta ?? known?.meta
  return {
    ...user,
    ...(avatar !== undefined && { avatar }),
    ...(meta !== undefined && { meta }),
  }
}

function colorOf(memberId: string): string {
  let sum = 0
  for (let index = 0; index < memberId.length; index++) sum += memberId.charCodeAt(index)
  return COLORS[sum % COLORS.length]!
}
