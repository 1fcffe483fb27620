import { describe, expect, it } from 'vitest'
import { readAttributes } from './attributes.js'

describe('attributes of a stranger', () => {
  it.each([
    ['heading', { level: 2 }, { level: 2 }],
    ['heading', { level: 9, style: 'x', onclick: 'x' }, { level: 3 }],
    ['heading', {}, {}],
    ['paragraph', { class: 'x' }, {}],
    ['orderedList', { start: 7, type: 'x' }, { start: 7 }],
    ['orderedList', { start: 1.5 }, { start: 1 }],
    ['taskItem', { checked: true }, { checked: true }],
    ['taskItem', { checked: 'yes' }, { checked: false }],
    ['codeBlock', { language: 'js' }, { language: 'js' }],
    ['codeBlock', { language: { a: 1 } }, { language: null }],
    ['tableCell', { colspan: 2, rowspan: 1e9, colwidth: [1] }, { colspan: 2, rowspan: 1 }],
    ['tableHeader', { colspan: -1 }, { colspan: 1 }],
    ['image', { src: 'https://a.b/c.png', alt: 7 }, { src: null, alt: null }],
    ['link', { href: 'https://a.b', target: '_self' }, { href: 'https://a.b' }],
    ['link', { href: 'javascript:x' }, { href: null }],
    ['__proto__', { href: 'https://a.b' }, {}],
    ['constructor', { name: 'x' }, {}],
    ['bold', null, {}],
  ])('[PG7] %s %j is %j', (type, attributes, known) => {
    expect(readAttributes(type, attributes)).toEqual(known)
  })
})
