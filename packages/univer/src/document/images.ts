import type * as Y from 'yjs'
import { compare } from './axis.js'
import { isFields, shorten } from './cells.js'
import { isOrderKey, type OrderKey } from './order-key.js'
import type { Lines } from './references.js'
import { isMap } from './restore.js'
import { splitKey } from './sheet-state.js'

/** The limits of images in a sheet's document. @see SHEET.md SD62 */
export const IMAGE_LIMITS = {
  /** The number of images in a sheet. */
  images: 100,
  /** Of one image before base64: an update with it is less than half of what a server takes unless it says otherwise. */
  bytes: 256 * 1024,
  /** Of the sources of all images in a workbook together. */
  characters: 16 * 1024 * 1024,
  altCharacters: 1_000,
  /** Of each side, in pixels. */
  side: 4_000,
} as const

// Base64 has four characters for three bytes; the prefix comes before them.
const MOST_SOURCE = Math.ceil(IMAGE_LIMITS.bytes / 3) * 4 + 32
// SVG isn't allowed, since it can contain links, styles and scripts.
const SOURCE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/
const ENTRY = /^([A-Za-z0-9_-]{1,64})\/(source|place|size|at|alt)$/
const PART = 'images:'

/** The entries that an image has, by the ends of their keys. */
export const IMAGE_PROPERTIES = ['source', 'place', 'size', 'at', 'alt'] as const

/** Where an image is: in pixels from the corner of a cell, or within the cell and as large as fits. */
export interface ImagePlace {
  /** The key of the cell. */
  readonly cell: string
  readonly x: number
  readonly y: number
  readonly isWithin: boolean
}

/** How large an image is shown, in pixels of the sheet. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** An image of the document. */
export interface Image {
  readonly id: string
  /** A `data:` URL. */
  readonly source: string
  readonly place: ImagePlace
  readonly size: ImageSize
  /** Of two images, the one with the higher key is in front. */
  readonly at: OrderKey
  /** What the image shows, for those who don't see it. */
  readonly alt: string
}

/** Returns whether a text is an image that a sheet shows: of pixels only, and small enough. @see SHEET.md SD61 */
export const isImageSource = (source: unknown): source is string =>
  typeof source === 'string' && source.length <= MOST_SOURCE && SOURCE.test(source)

/** Returns the part of the document that has the images of a sheet. */
export const imagesPart = (sheet: string): string => PART + sheet

/** Returns a place as it is stored. */
export const storePlace = ({ cell, x, y, isWithin }: ImagePlace): object =>
  isWithin ? { cell, within: true } : { cell, x, y }

/** A source that was looked through. */
interface Known {
  readonly source: unknown
  readonly isShown: boolean
}

/** Reads images, and knows the sources that it has looked through before. */
export class ImageReader {
  #known = new Map<string, Known>()
  #before: ReadonlyMap<string, Known> = new Map()

  /** Returns the images of all sheets that count, by sheet, the backmost one first. @see SHEET.md SD60, SD62 */
  read(doc: Y.Doc): ReadonlyMap<string, readonly Image[]> {
    this.#before = this.#known
    this.#known = new Map()
    const all = new Map<string, readonly Image[]>()
    let room: number = IMAGE_LIMITS.characters
    for (const part of [...doc.share.keys()].toSorted()) {
      if (!part.startsWith(PART) || !isMap(doc, part)) continue
      const counted = this.#imagesIn(part, doc.getMap(part))
        .slice(0, IMAGE_LIMITS.images)
        .filter(({ source }) => source.length <= room && ((room -= source.length), true))
      if (counted.length > 0) all.set(part.slice(PART.length), counted.toSorted(byDepth))
    }
    return all
  }

  /** Returns all images of a sheet in the order of their ids. */
  #imagesIn(part: string, entries: Y.Map<unknown>): Image[] {
    const images: Image[] = []
    for (const key of [...entries.keys()].toSorted()) {
      const [, id, property] = ENTRY.exec(key) ?? []
      if (id === undefined || property !== 'source') continue
      const image = this.#read(id, part, entries)
      if (image !== undefined) images.push(image)
    }
    return images
  }

  #read(id: string, part: string, entries: Y.Map<unknown>): Image | undefined {
    const source: unknown = entries.get(`${id}/source`)
    const at: unknown = entries.get(`${id}/at`)
    const place = readPlace(entries.get(`${id}/place`))
    const size = readSize(entries.get(`${id}/size`))
    if (place === undefined || size === undefined || !isOrderKey(at)) return undefined
    if (!this.#isShown(`${part}/${id}`, source)) return undefined
    return { id, source: source as string, place, size, at, alt: readAlt(entries.get(`${id}/alt`)) }
  }

  /** Looks through a source once, as it may be long. */
  #isShown(key: string, source: unknown): boolean {
    const before = this.#before.get(key)
    const isKnown = before !== undefined && before.source === source
    const known = isKnown ? before : { source, isShown: isImageSource(source) }
    this.#known.set(key, known)
    return known.isShown
  }
}

/** Returns the images of all sheets that count, by sheet, the backmost one first. */
export const readImages = (doc: Y.Doc): ReadonlyMap<string, readonly Image[]> =>
  new ImageReader().read(doc)

/** Where an image is in the grid now. */
export interface ImageCell {
  readonly row: number
  readonly column: number
  /** In pixels from the corner of the cell. */
  readonly x: number
  readonly y: number
}

/**
 * Returns where an image is now: where its line is gone, at the beginning of the next one. `undefined` if there never
 * was such a cell, and for an image within a cell that is gone.
 *
 * @see SHEET.md SD63
 */
export function imageCell({ rows, columns }: Lines, place: ImagePlace): ImageCell | undefined {
  const [rowId = '', columnId = ''] = splitKey(place.cell) ?? []
  const [row, column] = [rows.axis.placeOf(rowId), columns.axis.placeOf(columnId)]
  if (row === null || column === null) return undefined
  const [isRow, isColumn] = [row.last >= row.first, column.last >= column.first]
  if (place.isWithin && !(isRow && isColumn)) return undefined
  return {
    row: Math.min(row.first, rows.axis.ids.length - 1),
    column: Math.min(column.first, columns.axis.ids.length - 1),
    x: isColumn ? place.x : 0,
    y: isRow ? place.y : 0,
  }
}

const byDepth = (one: Image, other: Image): number =>
  compare(one.at, other.at) || compare(one.id, other.id)

function readPlace(value: unknown): ImagePlace | undefined {
  if (!isFields(value)) return undefined
  const { cell, within, x = 0, y = 0 } = value
  if (typeof cell !== 'string' || splitKey(cell) === undefined) return undefined
  if (within === true) return { cell, x: 0, y: 0, isWithin: true }
  return isOffset(x) && isOffset(y) ? { cell, x, y, isWithin: false } : undefined
}

function readSize(value: unknown): ImageSize | undefined {
  if (!isFields(value)) return undefined
  const { width, height } = value
  return isSide(width) && isSide(height) ? { width, height } : undefined
}

const readAlt = (value: unknown): string =>
  typeof value === 'string' ? shorten(value, IMAGE_LIMITS.altCharacters).toWellFormed() : ''

const isOffset = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= IMAGE_LIMITS.side

const isSide = (value: unknown): value is number => isOffset(value) && value >= 1
