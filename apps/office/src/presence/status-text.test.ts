import { Problem } from '@whereabouts/client'
import { beforeAll, describe, expect, it } from 'vitest'
import { statusOf } from './status-text.js'
import { speak } from '../language/language.js'

beforeAll(() => speak('en'))

const NONE = { kind: 'none' } as const
const ONLINE = { status: 'online', problem: null } as const

describe('the status line', () => {
  it.each([
    [{ isSeen: true, isSlow: false }, 'Live'],
    [{ isSeen: true, isSlow: true }, 'Live, slow network'],
    [{ isSeen: false, isSlow: true }, 'Live, watching, slow network'],
  ])('[SH7 OF23] says how a room is live: %j', (seen, text) => {
    expect(statusOf(ONLINE, NONE, seen)).toBe(text)
  })

  it('[OF23] says what is worse in its place', () => {
    const slow = { isSeen: true, isSlow: true }
    const problem = new Problem('too-large', 'Too long.')
    expect(statusOf({ ...ONLINE, problem }, NONE, slow)).toBe('Live, but: Too long.')
    expect(statusOf({ ...ONLINE, status: 'reconnecting' }, NONE, slow)).toBe('Reconnecting…')
  })
})
