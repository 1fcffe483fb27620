import { equalJson, type Json, type Member } from '@whereabouts/protocol'

/** What a binding says of one client, by field. `user` is always the room's. */
export interface AwarenessState {
  readonly [field: string]: unknown
}

type Fields = { readonly [field: string]: Json }

// What a server takes unless it says otherwise. @see PROTOCOL.md NM6
const USUAL_LOCATION_BYTES = 1_024
const encoder = new TextEncoder()

/**
 * The application's location with the fields of a state beside its own, the cursor first, as far as
 * they fit. A location that has no fields stays as it is, and so do fields of the application's that
 * have the same name.
 *
 * @example {"sheet":"s1","cell":"C5","clientID":712,"cursor":{"anchor":{…},"head":{…}}}
 */
export function adornLocation(
  location: Json,
  clientID: number,
  state: AwarenessState | null,
  maxBytes = USUAL_LOCATION_BYTES,
): Json {
  if (state === null || (location !== null && !hasFields(location))) return location
  let adorned: Fields = { ...location, clientID }
  const fits = (candidate: Json) => encoder.encode(JSON.stringify(candidate)).length <= maxBytes
  if (!fits(adorned)) return location
  const { user: _user, cursor, ...others } = readable({ cursor: undefined, ...state })
  const fields = Object.entries({ ...(cursor !== undefined && { cursor }), ...others })
  for (const [name, value] of fields) {
    const more = { ...adorned, [name]: value }
    if (!Object.hasOwn(adorned, name) && fits(more)) adorned = more
  }
  return adorned
}

/** The client id in a member's location, if it has one. */
export function clientOf({ location }: Member): number | undefined {
  const clientID = hasFields(location) ? location['clientID'] : undefined
  return typeof clientID === 'number' && Number.isSafeInteger(clientID) ? clientID : undefined
}

/** What a member's location says as a state. */
export function stateOf({ location, user }: Member): AwarenessState {
  const { clientID: _clientID, ...fields } = hasFields(location) ? location : {}
  return { ...fields, user }
}

function hasFields(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two states say the same to others. */
export function isSameState(a: AwarenessState, b: AwarenessState): boolean {
  return equalJson(readable(a), readable(b))
}

/** What others will read: bindings put objects into a state that only JSON makes plain. */
function readable(state: AwarenessState): Fields {
  return JSON.parse(JSON.stringify(state)) as Fields
}
