import type { SharedWorkbook } from '@whereabouts/univer'
import { imageCell, readImages, type Image } from '@whereabouts/univer/document'
import type { SheetCells } from './cells.js'
import type { Line, PrintedPage } from './pages.js'

/** An image with its area, in pixels from the upper left corner of the first cell. */
interface PlacedImage {
  readonly source: string
  readonly alt: string
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Where each line begins, with the sizes of those that are seen. */
class Edges {
  readonly lines: readonly Line[]
  readonly #from = new Map<number, number>()

  constructor(lines: readonly Line[]) {
    this.lines = lines
    let from = 0
    for (const { at, px } of lines) {
      this.#from.set(at, from)
      from += px
    }
  }

  /** Returns where a line begins; of a hidden one, the next one that is seen. */
  fromOf(line: number): number {
    const known = this.#from.get(line)
    if (known !== undefined) return known
    const next = this.lines.find(({ at }) => at > line)
    return next === undefined ? this.endOf(this.lines.at(-1)) : this.#from.get(next.at)!
  }

  sizeOf(line: number): number {
    return this.lines.find(({ at }) => at === line)?.px ?? 0
  }

  endOf(line: Line | undefined): number {
    return line === undefined ? 0 : this.#from.get(line.at)! + line.px
  }

  /** Returns the line at a place, or the last one. */
  lineAt(place: number): number {
    return (this.lines.find((line) => this.endOf(line) >= place) ?? this.lines.at(-1))?.at ?? 0
  }
}

/** Lines of a page that follow each other on the sheet: those on each page, and others. */
interface Segment {
  /** Where it is on the page. */
  readonly at: number
  /** Where it is on the sheet. */
  readonly from: number
  readonly size: number
}

function segmentsOf(lines: readonly Line[], edges: Edges): Segment[] {
  const segments: Segment[] = []
  let at = 0
  for (const line of lines) {
    const from = edges.fromOf(line.at)
    const before = segments.at(-1)
    if (before !== undefined && before.from + before.size === from) {
      segments[segments.length - 1] = { ...before, size: before.size + line.px }
    } else segments.push({ at, from, size: line.px })
    at += line.px
  }
  return segments
}

/** The images of the sheet that is printed. @see OFFICE.md SH186 */
export class PrintedImages {
  readonly #rows: Edges
  readonly #columns: Edges
  readonly #images: readonly PlacedImage[]

  constructor({ attached: { workbook } }: Pick<SharedWorkbook, 'attached'>, cells: SheetCells) {
    const sheet = workbook.sheetWithId(cells.id)
    const images = readImages(workbook.doc).get(cells.id) ?? []
    // A sheet without images may be long.
    const end = images.length === 0 ? -1 : Number.POSITIVE_INFINITY
    this.#rows = new Edges(cells.rows(0, end))
    this.#columns = new Edges(cells.columns(0, end))
    this.#images = images.flatMap((image) => {
      const cell = sheet && imageCell(sheet, image.place)
      return cell === undefined ? [] : this.#place(image, cell, cells)
    })
  }

  /** The last cells that images cover; `undefined` without images. */
  get end(): { readonly row: number; readonly column: number } | undefined {
    if (this.#images.length === 0) return undefined
    const bottom = Math.max(...this.#images.map(({ top, height }) => top + height))
    const right = Math.max(...this.#images.map(({ left, width }) => left + width))
    return { row: this.#rows.lineAt(bottom), column: this.#columns.lineAt(right) }
  }

  /** Returns the images of a page, cut at its edges. */
  on({ rows, columns }: PrintedPage): HTMLElement[] {
    if (this.#images.length === 0) return []
    const across = segmentsOf(columns, this.#columns)
    return segmentsOf(rows, this.#rows).flatMap((down) =>
      across.map((right) => {
        const [width, height] = [right.size, down.size]
        const element = document.createElement('div')
        element.className = 'print-images'
        Object.assign(element.style, pixels({ left: right.at, top: down.at, width, height }))
        element.append(...this.#within({ left: right.from, top: down.from, width, height }))
        return element
      }),
    )
  }

  #within(area: Area): HTMLImageElement[] {
    return this.#images
      .filter((image) => overlap(image, area))
      .map((image) => {
        const element = document.createElement('img')
        element.src = image.source
        element.alt = image.alt
        const { left, top, width, height } = image
        const place = { left: left - area.left, top: top - area.top, width, height }
        Object.assign(element.style, pixels(place))
        return element
      })
  }

  #place(
    { source, alt, size, place }: Image,
    { row, column, x, y }: { readonly row: number; readonly column: number; x: number; y: number },
    cells: SheetCells,
  ): PlacedImage[] {
    const [left, top] = [this.#columns.fromOf(column), this.#rows.fromOf(row)]
    if (!place.isWithin) {
      const across = Math.min(x, this.#columns.sizeOf(column))
      const down = Math.min(y, this.#rows.sizeOf(row))
      return [{ source, alt, left: left + across, top: top + down, ...size }]
    }
    const merge = cells.merges.find(
      ({ startRow, startColumn }) => startRow === row && startColumn === column,
    )
    const wide = this.#columns.fromOf((merge?.endColumn ?? column) + 1) - left
    const high = this.#rows.fromOf((merge?.endRow ?? row) + 1) - top
    const isSeen = this.#columns.sizeOf(column) > 0 && this.#rows.sizeOf(row) > 0
    const scale = Math.min(wide / size.width, high / size.height)
    const [width, height] = [size.width * scale, size.height * scale]
    const area = { left: left + (wide - width) / 2, top: top + (high - height) / 2, width, height }
    return isSeen ? [{ source, alt, ...area }] : []
  }
}

type Area = Pick<PlacedImage, 'left' | 'top' | 'width' | 'height'>

const overlap = (one: Area, other: Area): boolean =>
  one.left < other.left + other.width &&
  other.left < one.left + one.width &&
  one.top < other.top + other.height &&
  other.top < one.top + one.height

const pixels = (area: Area): Record<keyof Area, string> => ({
  left: `${area.left}px`,
  top: `${area.top}px`,
  width: `${area.width}px`,
  height: `${area.height}px`,
})
