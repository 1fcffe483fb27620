import {
  AlignmentType,
  BorderStyle,
  Document,
  HeadingLevel,
  ImageRun,
  Packer,
  Paragraph,
  ShadingType,
  Table as WordTable,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
  type IParagraphOptions,
} from 'docx'
import { textOf, type Alignment, type Block, type Table } from '../../../../page-document/block.js'
import { INDENT_TWIPS, TEXT_WIDTH_PX, TWIPS_PER_PX } from './looks.js'
import { OpenLists } from './open-lists.js'
import { calloutOf, codeOf, styles } from './write-styles.js'
import { Numberings } from './write-numberings.js'
import { isRightToLeft, writeRuns, xmlText, type Shade } from './write-runs.js'

/** An image as Word takes it, with its size in pixels. */
export interface WordImage {
  readonly type: 'png' | 'jpg' | 'gif'
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** What of a page is not in its blocks. */
export interface WordParts {
  readonly title: string | undefined
  readonly shade: Shade
  /** By source; those that are missing are left out. */
  readonly images: ReadonlyMap<string, WordImage>
}

/** Returns a page as a file of Word. @see OFFICE.md PE24 */
export function writeWord(blocks: readonly Block[], parts: WordParts): Promise<Blob> {
  const lists = new Numberings()
  const children = new WordWriter(parts, lists).write(blocks)
  const title = parts.title && xmlText(parts.title)
  const heading =
    title === undefined ? [] : [new Paragraph({ text: title, heading: HeadingLevel.TITLE })]
  const file = new Document({
    ...(title !== undefined && { title }),
    styles: styles(blocks, parts.shade),
    numbering: { config: [...lists.config] },
    sections: [{ children: [...heading, ...children] }],
  })
  return Packer.toBlob(file)
}

type Look = Omit<IParagraphOptions, 'children'>

const HEADINGS = [
  HeadingLevel.HEADING_1,
  HeadingLevel.HEADING_2,
  HeadingLevel.HEADING_3,
  HeadingLevel.HEADING_4,
  HeadingLevel.HEADING_5,
  HeadingLevel.HEADING_6,
] as const
const ALIGNMENTS = {
  center: AlignmentType.CENTER,
  end: AlignmentType.END,
  justify: AlignmentType.BOTH,
} satisfies { readonly [align in Alignment]: unknown }
const RULE = { bottom: { style: BorderStyle.SINGLE, size: 6, color: 'auto', space: 1 } }

/** Writes the blocks of a page or of a cell. */
class WordWriter {
  readonly #parts: WordParts
  readonly #numberings: Numberings
  readonly #lists = new OpenLists<number>()

  constructor(parts: WordParts, numberings: Numberings) {
    this.#parts = parts
    this.#numberings = numberings
  }

  write(blocks: readonly Block[]): (Paragraph | WordTable)[] {
    return blocks.flatMap((block) => this.#write(block))
  }

  #write(block: Block): readonly (Paragraph | WordTable)[] {
    const { type, table } = block
    if (table !== undefined) {
      return [this.#table(table, block), new Paragraph({ style: 'BelowTable' })]
    }
    const look = this.#lookOf(block)
    if (type === 'image') return this.#image(block)
    return [new Paragraph({ ...look, children: writeRuns(block.content, this.#parts.shade) })]
  }

  #lookOf(block: Block): Look {
    const { type, attributes } = block
    const { indent = 0, align, level = 3 } = attributes
    const list = this.#listOf(block)
    const look: Look = {
      ...(align && { alignment: ALIGNMENTS[align] }),
      ...(isRightToLeft(textOf(block)) && { bidirectional: true }),
    }
    if (list !== undefined) return { ...look, numbering: list }
    const further: Look = indent > 0 ? { ...look, indent: { start: indent * INDENT_TWIPS } } : look
    if (type === 'heading') return { ...further, heading: HEADINGS[level - 1]! }
    if (type === 'quote') return { ...further, style: 'Quote' }
    if (type === 'callout') return { ...further, style: calloutOf(attributes.tone) }
    if (type === 'code') return { style: codeOf(attributes.language) }
    return type === 'rule' ? { border: RULE } : further
  }

  #listOf({ type, attributes: { indent = 0, start, checked } }: Block): Look['numbering'] {
    if (type === 'number') {
      const open = start === undefined ? this.#lists.goOn(indent) : undefined
      const list = open ?? this.#numberings.number(indent, start ?? 1)
      this.#lists.goOn(indent)
      this.#lists.open(indent, list)
      return { ...this.#numberings.refer(list), level: indent }
    }
    this.#lists.pass(indent)
    const kind = type === 'task' && checked === true ? 'done' : type
    return this.#numberings.has(kind) ? { reference: kind, level: indent } : undefined
  }

  #image({ attributes: { src = '', alt = '', title, width } }: Block): readonly Paragraph[] {
    const image = this.#parts.images.get(src)
    if (image === undefined) return []
    const natural = Math.min(image.width, TEXT_WIDTH_PX)
    const shown = Math.round(width === undefined ? natural : (TEXT_WIDTH_PX * width) / 100)
    const height = Math.max(1, Math.round((image.height * shown) / image.width))
    const run = new ImageRun({
      type: image.type,
      data: image.data,
      transformation: { width: shown, height },
      altText: { name: '', description: xmlText(alt), title: '' },
    })
    const caption =
      title === undefined
        ? []
        : [new Paragraph({ style: 'Caption', children: [new TextRun(xmlText(title))] })]
    return [new Paragraph({ children: [run], keepNext: title !== undefined }), ...caption]
  }

  #table(
    { rows, columns, cells, sizes = {}, fills = {} }: Table,
    { attributes }: Block,
  ): WordTable {
    const own = columns.map((column) => sizes[column ?? ''])
    const share = shareOf(own)
    const widths = own.map((size) => Math.round((size ?? share) * TWIPS_PER_PX))
    return new WordTable({
      columnWidths: widths,
      rows: rows.map(
        (row, at) =>
          new TableRow({
            tableHeader: at === 0 && attributes.header === true,
            children: columns.map((column, index) =>
              this.#cell(cells[at]?.[index] ?? [], {
                fill: fills[`${row}/${column}`],
                width: own[index] === undefined ? undefined : widths[index],
              }),
            ),
          }),
      ),
    })
  }

  #cell(
    blocks: readonly Block[],
    {
      fill,
      width,
    }: { readonly fill: Parameters<Shade>[0] | undefined; readonly width: number | undefined },
  ): TableCell {
    const { shade } = this.#parts
    const written = new WordWriter(this.#parts, this.#numberings).write(blocks)
    return new TableCell({
      // A cell has a paragraph at least.
      children: written.length === 0 ? [new Paragraph({})] : written,
      width:
        width === undefined
          ? { size: 0, type: WidthType.AUTO }
          : { size: width, type: WidthType.DXA },
      ...(fill && {
        shading: { type: ShadingType.CLEAR, color: 'auto', fill: shade(fill, 'highlight') },
      }),
    })
  }
}

/** Returns the pixels for each column without a width of its own. */
function shareOf(own: readonly (number | undefined)[]): number {
  const rest = own.filter((size) => size === undefined).length
  const taken = own.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  const least = TEXT_WIDTH_PX / own.length / 2
  return Math.max(least, (TEXT_WIDTH_PX - taken) / Math.max(1, rest))
}
