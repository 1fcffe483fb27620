import { describe, expect, it } from 'vitest'
import { size } from '../size.js'
import { CORPUS } from './clipboard-corpus.js'
import { ann, bob, copy, outline, Pages, paste, press, reads, type } from './pages.js'

const pages = new Pages()

const IN_GATE = new Set(['Google Docs', 'Word', 'LibreOffice Writer', 'plain text', 'Markdown'])
const SAMPLES = CORPUS.filter(({ program }) => size(IN_GATE.has(program), true))

describe('the clipboard', () => {
  it.each(SAMPLES)('[PG26 PG27] pastes from $program', async ({ right, ...pasted }) => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await anns.text.focus()
    await paste(anns, pasted)
    await expect.poll(() => outline(anns)).toEqual(right)
    await anns.untilSaved()
    await using bobs = await pages.open(room, bob)
    await expect.poll(() => outline(bobs)).toEqual(right)
    // Copying and pasting the result keeps it unchanged.
    await press(anns, 'Control+a')
    const copied = await copy(anns)
    await using others = await pages.open(pages.newRoom(), ann)
    await others.text.focus()
    await paste(others, copied)
    await expect.poll(() => outline(others)).toEqual(right)
    expect([...anns.complaints, ...bobs.complaints, ...others.complaints]).toEqual([])
  })

  it('[PG26] pastes a table that is too large for a page as lines', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    await anns.text.focus()
    const rows = Array.from({ length: 126 }, (_, row) =>
      Array.from({ length: 8 }, (__, column) => `${row}:${column}`).join('\t'),
    )
    await paste(anns, { text: rows.join('\n') })
    await expect.poll(() => outline(anns)).toEqual(rows)
    expect(anns.complaints).toEqual([])
  })

  it('[PG28] copies nested lists, check boxes and tables as HTML and as equivalent text', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    await type(anns, '## Part\n- one\n')
    await press(anns, 'Tab')
    await anns.page.keyboard.type('deeper\n\n\n1. first\n\n[x] done')
    await press(anns, 'Control+a')
    const { html, text } = await copy(anns)
    const clean = html.replaceAll(/ data-pm-slice="[^"]*"/g, '').replace(/^<meta[^>]*>/, '')
    expect(clean).toBe(
      '<h2>Part</h2><ul><li>one<ul><li>deeper</li></ul></li></ul><ol><li>first</li></ol>' +
        '<ul><li><input type="checkbox" disabled="" checked=""> done</li></ul>',
    )
    expect(text).toBe('Part\n- one\n  - deeper\n1. first\n- [x] done')
  })

  it('[PG49] part of a block becomes the kind of block that it is pasted into', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    await type(anns, '1. ')
    await paste(anns, { html: '<ul><li>moved</li></ul>', text: 'moved' })
    await expect.poll(() => outline(anns)).toEqual(['1. moved'])
    expect(anns.complaints).toEqual([])
  })

  it('[PG26] pastes part of a line into a line, and blocks between its halves', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    await type(anns, 'before  after')
    for (let at = 0; at < 6; at += 1) await press(anns, 'ArrowLeft')
    await paste(anns, { html: '<b>bold</b>', text: 'bold' })
    await reads(anns, /^before bold after$/)
    await paste(anns, {
      html: '<p>one</p><ul><li>two</li></ul><p>three</p>',
      text: 'one two three',
    })
    await expect.poll(() => outline(anns)).toEqual(['before **bold**one', '- two', 'three after'])
    expect(anns.complaints).toEqual([])
  })
})
