import { describe, expect, it } from 'vitest'
import { isShownImage } from './image-source.js'

describe('the source of an image', () => {
  it.each(['png', 'jpeg', 'gif', 'webp'])('[PG8] may be a %s in the document', (type) => {
    expect(isShownImage(`data:image/${type};base64,iVBORw0KGgo=`)).toBe(true)
  })

  it.each([
    'data:image/svg+xml;base64,PHN2Zz4=',
    'data:image/svg+xml,<svg onload="alert(1)">',
    'data:text/html;base64,PHNjcmlwdD4=',
    'data:image/png,plain',
    'data:image/png;base64,',
    'data:image/png;base64,a"onerror="x',
    'https://example.com/a.png',
    'javascript:alert(1)',
    '',
    7,
    null,
    ['data:image/png;base64,iVBORw0KGgo='],
  ])('[PG8] may not be %j', (src) => expect(isShownImage(src)).toBe(false))
})
