import { Doc, Map as YMap } from 'yjs'
import { describe, expect, it } from 'vitest'
import { formatOf, isKnownFormat, observeFormat, raiseFormat } from './format.js'

const docWith = (format: unknown): Doc => {
  const doc = new Doc()
  doc.getMap('about').set('format', format)
  return doc
}

describe('the version of a format', () => {
  it('[PF11 SD21] is the first one in a document without a version', () => {
    expect(formatOf(new Doc())).toBe(1)
    expect(formatOf(docWith(undefined))).toBe(1)
    expect(formatOf(docWith(3))).toBe(3)
  })

  it('[PF12 SD22] is known up to the latest one, and anything invalid is unknown', () => {
    for (const format of [undefined, 1, 2]) expect(isKnownFormat(docWith(format), 2)).toBe(true)
    const unknown = [3, 99, 0, -1, 1.5, 1e300, Number.NaN, '2', '', null, true, {}, [2], new YMap()]
    for (const format of unknown) expect(isKnownFormat(docWith(format), 2)).toBe(false)
  })

  it('[PF11] is raised once, never lowered, and never overwrites an unknown one', () => {
    for (const [before, after] of [
      [undefined, 2],
      [1, 2],
      [2, 2],
      [3, 3],
      ['x', 'x'],
    ]) {
      const doc = docWith(before)
      raiseFormat(doc, 2)
      expect(doc.getMap('about').get('format')).toBe(after)
    }
    const doc = docWith(2)
    let updates = 0
    doc.on('update', () => (updates += 1))
    raiseFormat(doc, 2)
    expect(updates).toBe(0)
  })

  it('[PF12] notifies of possible changes until that is stopped', () => {
    const doc = new Doc()
    let calls = 0
    const stop = observeFormat(doc, () => (calls += 1))
    doc.getMap('about').set('format', 99)
    stop()
    doc.getMap('about').set('format', 1)
    expect(calls).toBe(1)
  })
})
