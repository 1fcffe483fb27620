import { equalJson, type Json, type Member } from '@whereabouts/protocol'

/** One client's state: the fields that its binding set, and the room's `user`. */
export interface AwarenessState {
  readonly [field: string]: unknown
}

type Fields = { readonly [field: string]: Json }

// A server's default. @see PROTOCOL.md NM6
const USUAL_LOCATION_BYTES = 1_024
const encoder = new TextEncoder()

/**
 * Returns the application's location with the fields of a state beside its own, the cursor first, as far
 * as they fit. A location without fields is returned as it is. On a clash of names, the application's
 * field stays.
 *
 * @example {"sheet":"s1","cell":"C5","clientID":712,"cursor":{"anchor":{…},"head":{…}}}
 */
export function withState(
  location: Json,
  clientID: number,
  state: AwarenessState | null,
  maxBytes = USUAL_LOCATION_BYTES,
): Json {
  if (state === null || (location !== null && !hasFields(location))) return location
  let merged: Fields = { ...location, clientID }
  const fits = (candidate: Json) => encoder.encode(JSON.stringify(candidate)).length <= maxBytes
  if (!fits(merged)) return location
  const { user: _user, cursor, ...others } = toJson({ cursor: undefined, ...state })
  const fields = Object.entries({ ...(cursor !== undefined && { cursor }), ...others })
  for (const [name, value] of fields) {
    const more = { ...merged, [name]: value }
    if (!Object.hasOwn(merged, name) && fits(more)) merged = more
  }
  return merged
}

/** Returns the client id in a member's location, if it has one. */
export function clientOf({ location }: Member): number | undefined {
  const clientID = hasFields(location) ? location['clientID'] : undefined
  return typeof clientID === 'number' && Number.isSafeInteger(clientID) ? clientID : undefined
}

/** Returns the state in a member's location. */
export function stateOf({ location, user }: Member): AwarenessState {
  const { clientID: _clientID, ...fields } = hasFields(location) ? location : {}
  return { ...fields, user }
}

function hasFields(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns whether two states are equal for others. */
export function isSameState(a: AwarenessState, b: AwarenessState): boolean {
  return equalJson(toJson(a), toJson(b))
}

/** Returns the state as others will read it: bindings put objects into it that only JSON makes plain. */
function toJson(state: AwarenessState): Fields {
  return JSON.parse(JSON.stringify(state)) as Fields
}
