import { describe } from 'vitest'
import type { Suite } from '../suite.js'
import { body, limits, refusals } from './several-rooms/body.js'
import { changes, lingering } from './several-rooms/changes.js'
import { events, frames } from './several-rooms/events.js'
import { members } from './several-rooms/members.js'
import { polls } from './several-rooms/polls.js'

/** PROTOCOL.md section 8, Several rooms on one stream, and the calls for them. */
export function severalRoomsRules(suite: Suite): void {
  describe('several rooms on one stream', () => {
    body(suite)
    events(suite)
    members(suite)
    refusals(suite)
    limits(suite)
    changes(suite)
    lingering(suite)
    frames(suite)
    polls(suite)
  })
}
