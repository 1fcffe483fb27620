import { describe, expect, it } from 'vitest'
import { newRoom } from '../../route.js'
import { listedFrom } from './listed.js'

const kindOf = (room: string, kind?: string) =>
  listedFrom({ room, createdAtMs: 1, updatedAtMs: 1, ...(kind !== undefined && { kind }) })?.kind

describe('a document in a list', () => {
  it('[HM18] is of the kind that Home named it by, whatever an editor said', () => {
    for (const said of [undefined, 'page', 'sheet', 'hidden']) {
      expect(kindOf(newRoom('sheet'), said)).toBe('sheet')
      expect(kindOf(newRoom('page'), said)).toBe('page')
    }
  })

  it('[HM18] is otherwise of the kind that was said, or isn’t one of this application', () => {
    expect(kindOf('sheet-music', 'page')).toBe('page')
    expect(kindOf('sheet-music', 'board')).toBeUndefined()
    expect(kindOf('sheet-music')).toBeUndefined()
  })
})
