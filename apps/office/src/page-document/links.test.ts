import { describe, expect, it } from 'vitest'
import { isSafeLink, readLink } from './links.js'

describe('a link', () => {
  it.each([
    'https://example.com/a?b#c',
    'http://localhost:3000',
    'HTTPS://EXAMPLE.COM',
    'mailto:a@b.org',
    '/sheets/demo',
    '#part',
    '?watch=1',
    '../pages/other',
  ])('[PG9] may be %s', (href) => expect(isSafeLink(href)).toBe(true))

  it.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://example.com/1',
    '//example.com',
    '/\\example.com',
    '/\t/example.com',
    'example.com',
    'https://',
    '',
    `https://example.com/${'x'.repeat(2_048)}`,
    7,
    null,
    { href: 'https://example.com' },
  ])('[PG9] may not be %j', (href) => expect(isSafeLink(href)).toBe(false))

  it.each([
    ['https://example.com', 'https://example.com'],
    [' example.com/a ', 'https://example.com/a'],
    ['localhost:3000/x', 'https://localhost:3000/x'],
    ['ann@example.com', 'mailto:ann@example.com'],
    ['mailto:ann@example.com', 'mailto:ann@example.com'],
    ['/pages/other', '/pages/other'],
    ['#part', '#part'],
    ['javascript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['', undefined],
    ['two words', undefined],
  ])('[PG9] typed as %j is %s', (typed, href) => expect(readLink(typed)).toBe(href))
})
