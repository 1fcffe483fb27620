import { expect, it } from 'vitest'
import { paragraph, type Block } from '../page-document/block.js'
import { compareBlocks } from './compare-blocks.js'

/** Returns what is shown: `[+added]`, `[-removed]`. */
function shown(now: readonly Block[], then: readonly Block[]): string[] {
  const marked = (fate: string, text: string) =>
    fate === 'same' ? text : `[${fate === 'added' ? '+' : '-'}${text}]`
  return compareBlocks(now, then).map(({ fate, pieces }) =>
    marked(fate, pieces.map((piece) => marked(piece.fate, piece.text)).join('')),
  )
}
const page = (...texts: readonly string[]) => texts.map((text) => paragraph(text))

it('[HY14] what was added and removed is found, block by block and word by word', () => {
  expect(shown(page('a', 'b'), page('a', 'b'))).toEqual(['a', 'b'])
  expect(shown(page('a', 'new', 'b'), page('a', 'b'))).toEqual(['a', '[+new]', 'b'])
  expect(shown(page('a', 'b'), page('a', 'old', 'b'))).toEqual(['a', '[-old]', 'b'])
  expect(shown(page('We meet on Tuesday.'), page('We meet on Monday.'))).toEqual([
    'We meet on [-Monday][+Tuesday].',
  ])
  expect(shown(page('一二三四'), page('一二五四')).join('')).toContain('[+')
  expect(shown(page(), page('all of it'))).toEqual(['[-all of it]'])
  const words = Array.from({ length: 6_000 }, (_, at) => `w${at}`).join(' ')
  expect(shown(page(`${words} end`), page(words))).toHaveLength(1)
})

it('[PE38] any number of blocks are compared', () => {
  const many = Array.from({ length: 200_000 }, () => paragraph('same'))
  expect(compareBlocks([...many, paragraph('new')], many)).toHaveLength(200_001)
})

it('[HY14] a text keeps its marks where it is compared', () => {
  const bold: Block = {
    ...paragraph(),
    content: [
      { text: 'We ', marks: {} },
      { text: 'meet today', marks: { bold: true } },
    ],
  }
  const [block] = compareBlocks([bold], page('We meet'))
  expect(block!.pieces).toEqual([
    { fate: 'same', text: 'We ', marks: {} },
    { fate: 'same', text: 'meet', marks: { bold: true } },
    { fate: 'added', text: ' today', marks: { bold: true } },
  ])
})
