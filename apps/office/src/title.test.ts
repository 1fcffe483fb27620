import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { describe, expect, it } from 'vitest'
import { observeName, readName, readTitle, writeTitle } from './document-name.js'
import { cleanTitle, parseTitle } from './title.js'

describe('the title of a document', () => {
  it('[PG1] is in the map `about`, and is synchronized with the document', () => {
    const ours = new Doc()
    writeTitle(ours, 'Budget')
    const theirs = new Doc()
    applyUpdate(theirs, encodeStateAsUpdate(ours))
    expect(readTitle(theirs)).toBe('Budget')
    expect(theirs.getMap('about').toJSON()).toEqual({ title: 'Budget' })
    writeTitle(theirs, ' ')
    expect(readTitle(theirs)).toBeUndefined()
  })

  it('[PG1] is written only when it differs', () => {
    const doc = new Doc()
    writeTitle(doc, 'Budget')
    const before = encodeStateAsUpdate(doc)
    writeTitle(doc, ' Budget ')
    writeTitle(new Doc(), '')
    expect(encodeStateAsUpdate(doc)).toEqual(before)
  })

  it('[PG1] notifies when it changes', () => {
    const doc = new Doc()
    const seen: (string | undefined)[] = []
    const stop = observeName(doc, () => seen.push(readTitle(doc)))
    writeTitle(doc, 'Budget')
    stop()
    writeTitle(doc, 'Budget 2027')
    expect(seen).toEqual(['Budget'])
  })

  it('[PG53] is stood in for by the first line of a page, if its room’s name says nothing', () => {
    const doc = new Doc()
    const text = doc.getText('text')
    const link = `view~${'a'.repeat(32)}`
    expect(readName(doc, link)).toBeUndefined()
    for (const line of ['', '  ', 'Minutes ', 'Second line']) {
      text.insert(text.length, line)
      text.insertEmbed(text.length, {})
    }
    expect(readName(doc, link)).toBe('Minutes')
    expect(readName(doc, 'minutes-of-may')).toBeUndefined()
    const seen: (string | undefined)[] = []
    const stop = observeName(doc, () => seen.push(readName(doc, link)))
    text.delete(4, 'Minutes '.length)
    writeTitle(doc, 'Budget')
    stop()
    expect(seen).toEqual(['Second line', 'Budget'])
  })

  it.each([
    ['Budget', 'Budget'],
    ['  Budget ', 'Budget'],
    ['予算 👩🏽‍💻', '予算 👩🏽‍💻'],
    ['x'.repeat(100), 'x'.repeat(100)],
    ['😀'.repeat(100), '😀'.repeat(100)],
  ])('[PG2] %j is a title', (value, title) => expect(parseTitle(value)).toBe(title))

  it.each([
    '',
    '  ',
    'x'.repeat(101),
    'a\nb',
    'a\u0000b',
    '\u202Egnp.exe',
    '\uD800',
    7,
    null,
    undefined,
    { title: 'x' },
  ])('[PG2] %j is not a title', (value) => expect(parseTitle(value)).toBeUndefined())

  it('[PG2] a stranger’s document without a valid title is not an error', () => {
    const theirs = new Doc()
    theirs.getArray('about').push(['title'])
    const ours = new Doc()
    applyUpdate(ours, encodeStateAsUpdate(theirs))
    expect(readTitle(ours)).toBeUndefined()
  })

  it.each([
    [' Budget\n2027\t', 'Budget 2027'],
    [`${'😀'.repeat(99)} x`, '😀'.repeat(99)],
    ['\u202Ea\uD800b', 'a b'],
  ])('[PG2] typed text becomes a title: %j', (typed, title) => {
    expect(cleanTitle(typed)).toBe(title)
    expect(parseTitle(title)).toBe(title)
  })
})
