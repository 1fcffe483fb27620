import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DocumentState, Saving } from '../room-document.js'
import { SteadyState } from './steady-state.js'

class Source {
  state = stateOf('saved')
  readonly #listeners = new Set<() => void>()

  readonly getSnapshot = (): DocumentState => this.state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  become(saving: Saving): void {
    this.state = stateOf(saving)
    for (const listener of this.#listeners) listener()
  }
}

const stateOf = (saving: Saving): DocumentState => ({
  isThere: true,
  saving,
  hasUnsaved: saving !== 'saved',
  isAtRisk: saving === 'unkept',
  isReadOnly: false,
  problem: null,
  former: null,
})

/** Returns everything that is shown, in order. */
function watch(source: Source): Saving[] {
  const steady = new SteadyState(source)
  const shown = [steady.getSnapshot().saving]
  steady.subscribe(() => shown.push(steady.getSnapshot().saving))
  return shown
}

describe('the shown state of the edits', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('[SH76] a worse state that lasts less than a second is never shown', () => {
    const source = new Source()
    const shown = watch(source)
    for (let at = 0; at < 10; at++) {
      source.become('saving')
      vi.advanceTimersByTime(900)
      source.become('saved')
    }
    vi.advanceTimersByTime(5_000)
    expect(new Set(shown)).toEqual(new Set(['saved']))
  })

  it('[SH76] a person who types offline sees one line, not a new one at each key', () => {
    const source = new Source()
    const shown = watch(source)
    for (let at = 0; at < 40; at++) {
      source.become('unkept')
      vi.advanceTimersByTime(20)
      source.become('kept')
      vi.advanceTimersByTime(80)
    }
    expect(shown.filter((each, at) => each !== shown[at - 1])).toEqual(['saved', 'kept'])
  })

  it('[SH76] a worse state that lasts is shown after a second, and a better one at once', () => {
    const source = new Source()
    const shown = watch(source)
    source.become('kept')
    vi.advanceTimersByTime(999)
    expect(shown).toEqual(['saved'])
    vi.advanceTimersByTime(1)
    source.become('unkept')
    vi.advanceTimersByTime(1_000)
    expect(shown).toEqual(['saved', 'kept', 'unkept'])
    source.become('saved')
    expect(shown).toEqual(['saved', 'kept', 'unkept', 'saved'])
  })
})
