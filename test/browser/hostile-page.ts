import { Array as YArray, Map as YMap } from 'yjs'
import { postDocument } from './office-window.js'
import { addBlock } from './pages.js'

/** A document as no client of ours would write it. */
export async function postHostile(baseUrl: string, room: string): Promise<void> {
  await postDocument(baseUrl, room, (doc) => {
    const page = doc.getText('text')
    addBlock(doc, 'known', { onclick: 'alert(1)' })
    addBlock(doc, 'linked', {}, { link: { href: 'javascript:alert(1)' } })
    addBlock(doc, 'marked', {}, { sparkle: { onclick: 'x' }, bold: {} })
    addBlock(doc, 'in a script', { type: 'script', src: 'javascript:x' })
    for (const type of ['iframe', '__proto__', 'constructor', 7]) addBlock(doc, '', { type })
    addBlock(doc, '', {
      type: 'image',
      src: 'data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+',
    })
    addBlock(doc, '', { type: 'image', src: 'https://elsewhere.invalid/a.png', onerror: 'x' })
    addBlock(doc, 'a heading', { type: 'heading', level: 99, style: 'x' })
    addBlock(doc, '', { type: 'table', table: 'x' })
    addBlock(doc, '', { type: 'table', table: '../../x' })
    doc.getMap('tables').set('x/rows', 1e9)
    doc.getMap('tables').set('x/columns/a/run', ['i', 1e9])
    doc.getText('cell:x:0:0').insert(0, 'in a cell')
    page.insert(page.length, 'before', {})
    page.insertEmbed(page.length, { image: 'https://elsewhere.invalid/a.png' }, {})
    page.insertEmbed(page.length, new YArray(), {})
    addBlock(doc, ' and after')
    doc.getMap('about').set('title', new YMap())
  })
  // The same root, as one of another kind.
  await postDocument(baseUrl, room, (doc) => {
    doc.getArray('text').push([7, 'text', null, { a: 1 }, new YMap()])
  })
}
