import { describe, expect, it } from 'vitest'
import { Ladder } from './ladder.js'

describe('Ladder', () => {
  it('[CL9] steps down with each silence, and starts again after the last step', () => {
    const ladder = new Ladder(['get', 'post', 'poll'])
    expect(ladder.current).toBe('get')
    expect([ladder.silence(), ladder.current]).toEqual([true, 'post'])
    expect([ladder.silence(), ladder.current]).toEqual([true, 'poll'])
    expect([ladder.silence(), ladder.current]).toEqual([false, 'get'])
  })

  it('[CL9] tolerates two silences of a server if streams worked before', () => {
    const ladder = new Ladder(['get', 'post'])
    ladder.prove()
    expect([ladder.silence(), ladder.silence(), ladder.current]).toEqual([false, false, 'get'])
    expect([ladder.silence(), ladder.current]).toEqual([true, 'post'])
  })
})
