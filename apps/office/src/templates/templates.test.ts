import { SheetDocument } from '@whereabouts/univer/document'
import { describe, expect, it } from 'vitest'
import { readTitle } from '../document-name.js'
import { textOf, type Block } from '../page-document/block.js'
import { PageDocument } from '../page-document/page-document.js'
import { documentFrom, type SheetTemplate, type Template } from './template.js'
import type { TemplateTexts } from './texts.js'

const contents = import.meta.glob<{ readonly templates: readonly Template[] }>('./contents/*.ts', {
  eager: true,
})
const all = Object.values(contents).flatMap(({ templates }) => templates)
const pages = all.filter((each) => each.kind === 'page')
const sheets = all.filter((each) => each.kind === 'sheet')

it('[LA8] templates are the same in every language of the application', () => {
  const texts = import.meta.glob<{ readonly texts: TemplateTexts }>('./languages/*.ts', {
    eager: true,
  })
  const namesIn = (found: object) => Object.keys(found).map((file) => file.split('/').at(-1))
  for (const files of [texts, contents]) {
    expect(namesIn(files)).toEqual(namesIn(import.meta.glob('../languages/*.ts')))
  }
  const [first, ...others] = Object.values(contents).map(({ templates }) => templates)
  for (const other of others) expect(other.map(({ id }) => id)).toEqual(first!.map(({ id }) => id))
})

const saidBy = ({ table, ...block }: Block): string =>
  table?.cells.flat(2).map(textOf).join('|') ?? textOf(block)

describe('what is made of a template', () => {
  it.each(pages)('[PE35] $name is a page that reads as it was written', (template) => {
    const doc = documentFrom(template)
    expect(readTitle(doc)).toBe(template.name)
    const { blocks, isKnown } = new PageDocument(doc)
    expect(isKnown).toBe(true)
    expect(blocks.map(({ type, attributes }) => ({ type, attributes }))).toEqual(
      template.blocks.map(({ type, attributes }) => ({ type, attributes })),
    )
    expect(blocks.map(saidBy)).toEqual(template.blocks.map(saidBy))
  })

  it.each(sheets)('[PE35] $name is a sheet that reads as it was written', (template) => {
    const doc = documentFrom(template)
    expect(readTitle(doc)).toBe(template.name)
    const document = new SheetDocument(doc)
    expect(document.isKnown).toBe(true)
    const [sheet, ...others] = document.snapshot()
    expect(others).toEqual([])
    expect(sheet!.name).toBe(template.sheet)
    expect(sheet!.frozen).toEqual({ rows: 1, columns: 0 })
    const said = [template.columns.map(({ name }) => name), ...template.rows]
    for (const [row, values] of said.entries()) {
      for (const [column, value] of values.entries()) {
        const cell = sheet!.cells[row]?.[column]
        expect(cell?.f ?? cell?.v ?? '').toBe(value)
      }
    }
    expect(sheet!.validations).toHaveLength(checksIn(template))
  })
})

const checksIn = ({ columns }: SheetTemplate): number =>
  columns.filter(({ choices, isBox }) => choices !== undefined || isBox === true).length
