import { expect, it } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate, Map as YMap, Text, XmlElement, XmlText } from 'yjs'
import { documentJson, entriesOf, valueAt } from './document-json.js'

/** Returns a document of which only the content is known, as an inspector gets it. */
function received(write: (doc: Doc) => void): Doc {
  const [one, other] = [new Doc(), new Doc()]
  write(one)
  applyUpdate(other, encodeStateAsUpdate(one))
  return other
}

it.each<[string, (doc: Doc) => void, unknown]>([
  ['nothing', () => undefined, {}],
  ['a map', (doc) => doc.getMap('m').set('a', { b: [1] }), { m: { a: { b: [1] } } }],
  ['a list', (doc) => doc.getArray('l').push([1, 'two', null]), { l: [1, 'two', null] }],
  ['a text', (doc) => doc.getText('t').insert(0, 'hello'), { t: 'hello' }],
  [
    'a text with formats',
    (doc) => {
      doc.getText('t').insert(0, 'hello')
      doc.getText('t').format(0, 2, { bold: true })
    },
    { t: [{ insert: 'he', attributes: { bold: true } }, { insert: 'llo' }] },
  ],
  [
    'an embedded value',
    (doc) => doc.getText('t').insertEmbed(0, { image: 'a.png' }),
    { t: [{ insert: { image: 'a.png' } }] },
  ],
  [
    'types in types',
    (doc) => doc.getArray('l').push([new YMap([['text', new Text('deep')]])]),
    { l: [{ text: 'deep' }] },
  ],
  [
    'XML',
    (doc) => {
      const paragraph = new XmlElement('p')
      paragraph.setAttribute('align', 'left')
      paragraph.insert(0, [new XmlText('hi')])
      doc.getXmlFragment('x').insert(0, [paragraph])
    },
    { x: [{ name: 'p', attributes: { align: 'left' }, children: ['hi'] }] },
  ],
  [
    'bytes',
    (doc) => doc.getMap('m').set('b', new Uint8Array([1, 255])),
    { m: { b: { base64: 'Af8=' } } },
  ],
  [
    'a subdocument',
    (doc) => doc.getMap('m').set('d', new Doc({ guid: 'chapter' })),
    { m: { d: { subdocument: 'chapter' } } },
  ],
  [
    'what was deleted',
    (doc) => {
      doc.getMap('m').set('a', 1)
      doc.getMap('m').delete('a')
      doc.getArray('l').push([1, 2, 3])
      doc.getArray('l').delete(1)
    },
    { l: [1, 3], m: {} },
  ],
  [
    'odd names',
    (doc) => {
      doc.getMap('__proto__').set('constructor', 1)
      doc.getMap('m').set('__proto__', { a: 1 })
    },
    JSON.parse('{"__proto__":{"constructor":1},"m":{"__proto__":{"a":1}}}'),
  ],
])('[IN17] %s as JSON', (_what, write, json) => {
  expect(documentJson(received(write))).toEqual(json)
})

it('[IN17] every part is found at the path of its steps', () => {
  const doc = received((each) => {
    each.getMap('m').set('a', { b: [1, { c: 2 }] })
    each.getArray('l').push([new YMap([['k', 'v']]), 'two'])
    each.getText('t').insert(0, 'ab')
    each.getText('t').insertEmbed(1, new YMap([['type', 'heading']]))
  })
  let count = 0
  const walk = (value: unknown, path: readonly string[]) => {
    for (const [step, part] of entriesOf(value)) {
      count += 1
      expect(JSON.stringify(valueAt(doc, [...path, step]))).toBe(JSON.stringify(part))
      walk(part, [...path, step])
    }
  }
  walk(doc, [])
  expect(count).toBe(13)
  expect(valueAt(doc, ['m', 'x', 'y'])).toBeUndefined()
  expect(valueAt(doc, ['m', 'a', 'constructor'])).toBeUndefined()
  expect(valueAt(doc, ['l', 'k'])).toBeUndefined()
})

it('[IN14] a document that is nested without end is cut', () => {
  const doc = received((each) => {
    let map = each.getMap('m')
    for (let level = 0; level < 2_000; level++) {
      const next = new YMap<unknown>()
      map.set('a', next)
      map = next
    }
  })
  expect(JSON.stringify(documentJson(doc))).toContain('…')
})
