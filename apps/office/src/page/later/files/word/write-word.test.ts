import { describe, expect, it } from 'vitest'
import { strFromU8, unzipSync } from 'fflate'
import { paragraph, type Block } from '../../../../page-document/block.js'
import { writeWord } from './write-word.js'

const shade = () => 'B42318'

async function partsOf(...blocks: readonly Block[]) {
  const file = await writeWord(blocks, { title: undefined, images: new Map(), shade })
  const parts = unzipSync(new Uint8Array(await file.arrayBuffer()))
  const textOf = (path: string) => strFromU8(parts[path]!)
  return { text: textOf('word/document.xml'), numbering: textOf('word/numbering.xml') }
}

const number = (indent: number, start?: number): Block => ({
  ...paragraph('n'),
  type: 'number',
  attributes: { ...(indent > 0 && { indent }), ...(start !== undefined && { start }) },
})

describe('a page as a file of Word', () => {
  it('[PE24] has a list of its own wherever numbers begin again', async () => {
    const { text } = await partsOf(number(0), number(1), number(0), number(1), number(0, 7))
    const ids = [...text.matchAll(/<w:numId w:val="(\d+)"/g)].map(([, id]) => id)
    expect(ids).toHaveLength(5)
    expect(ids[2]).toBe(ids[0])
    expect(new Set(ids).size).toBe(4)
  })

  it('[PE24] says the direction of a paragraph by its first letter', async () => {
    const { text } = await partsOf(paragraph('1. مرحبا'), paragraph('a مرحبا'))
    expect(text.match(/<w:bidi\/>/g)).toHaveLength(1)
  })

  it('[PE27] has nothing that XML can’t have', async () => {
    const wrong = 'a\u0001\uFFFE\uD800z'
    const code: Block = { type: 'code', attributes: { language: wrong }, content: [] }
    const file = await writeWord([paragraph(wrong), code], {
      title: wrong,
      images: new Map(),
      shade,
    })
    const parts = unzipSync(new Uint8Array(await file.arrayBuffer()))
    for (const path of ['word/document.xml', 'word/styles.xml', 'docProps/core.xml']) {
      const text = strFromU8(parts[path]!)
      for (const sign of ['\u0001', '\uFFFE']) expect(text).not.toContain(sign)
      expect(text).toContain('a\uFFFD\uFFFD\uFFFDz')
    }
  })

  it('[PE24] leaves out an image that no browser can read', async () => {
    const image: Block = { type: 'image', attributes: { src: 'data:,' }, content: [] }
    const { text } = await partsOf(image, paragraph('after'))
    expect(text).not.toContain('<w:drawing')
    expect(text).toContain('after')
  })
})
