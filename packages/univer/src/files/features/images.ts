import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { IMAGE_LIMITS, isImageSource, storePlace } from '../../document/images.js'
import type { Operation } from '../../document/index.js'
import { keyInRun } from '../../document/order-key.js'
import { sizeOf, USUAL_CELL } from '../drawn-size.js'
import { picturesOn, withPlaces, type Picture } from '../drawings.js'
import type { Feature, SheetDraft } from '../feature.js'
import type { FileImage, FileSheet } from '../model.js'
import type { Parts } from '../parts.js'
import { withPointsAlone } from '../written-charts.js'
import { xmlText } from '../xml-text.js'

/** What pictures within cells are called in files. */
const WITHIN = 'Picture in cell'
const OVER = 'Picture'
const CHART = 'Chart'
const DRAWING = /^xl\/drawings\/drawing(\d+)\.xml$/
const CHART_PART = /^xl\/charts\/chart\d+\.xml$/
const FIRST_KEY = 'i'
const ID_DIGITS = 3

/** The characters of images that were read of each file so far. */
const taken = new WeakMap<Parts, number>()

/** Images over cells, and within them. */
export const images: Feature = {
  read({ sheet, parts, media }, draft, report) {
    for (const picture of picturesOn(parts, sheet.name)) {
      const room = IMAGE_LIMITS.characters - (taken.get(media) ?? 0)
      const isFull = draft.images.length >= IMAGE_LIMITS.images
      const image = isFull ? undefined : readPicture(picture, media, draft, room)
      if (image === undefined) {
        report.note('images', draft.name, 1, { row: picture.from.row, column: picture.from.column })
        continue
      }
      taken.set(media, IMAGE_LIMITS.characters - room + image.source.length)
      draft.images.push(image)
    }
  },

  write(sheet, target) {
    if (sheet.images.length === 0) return
    target.images = sheet.images.map(({ source, row, column: col, alt }) => ({
      ...decode(source),
      anchor: { from: { row, col } },
      ...(alt === '' ? {} : { altText: xmlText(alt) }),
    }))
  },

  steps: ({ images: all }, sheet) =>
    all.map((image, at): Operation => {
      const { source, alt, row, column, x, y, width, height, isWithin } = image
      // The lines of a new sheet are called by their positions.
      const place = storePlace({ cell: `${row}:${column}`, x, y, isWithin })
      const values = { source, alt, place, size: { width, height }, at: keyInRun(FIRST_KEY, at) }
      const id = `file-${String(at).padStart(ID_DIGITS, '0')}`
      const entries = Object.entries(values).map(([name, value]) => [`${id}/${name}`, value])
      return {
        type: 'set-images',
        sheet,
        entries: Object.fromEntries(entries) as object as Entries,
      }
    }),
}

type Entries = Readonly<Record<string, unknown>>

/** Returns a file whose pictures and charts are exactly where they are on its sheets. */
export function drawingsWith(bytes: Uint8Array, sheets: readonly FileSheet[]): Uint8Array {
  if (sheets.every(({ images: own, charts }) => own.length + charts.length === 0)) return bytes
  const parts = unzipSync(bytes)
  for (const [path, part] of Object.entries(parts)) {
    if (CHART_PART.test(path)) parts[path] = strToU8(withPointsAlone(strFromU8(part)))
    const sheet = sheets[Number(DRAWING.exec(path)?.[1] ?? 0) - 1]
    if (sheet === undefined) continue
    const charts = sheet.charts.map((chart) => ({ ...chart, name: CHART }))
    const places = [...sheet.images.map((image) => placeOf(image, sheet)), ...charts]
    parts[path] = strToU8(withPlaces(strFromU8(part), places))
  }
  return zipSync(parts)
}

function placeOf(image: FileImage, sheet: FileSheet) {
  const { row, column, x, y, width, height, isWithin } = image
  if (!isWithin) return { row, column, x, y, width, height, name: OVER }
  const wide = sheet.columns.sizes[column] ?? USUAL_CELL.width
  const high = sheet.rows.sizes[row] ?? USUAL_CELL.height
  const scale = Math.min(wide / width, high / height)
  const size = { width: width * scale, height: height * scale }
  const [left, top] = [(wide - size.width) / 2, (high - size.height) / 2]
  return { row, column, x: left, y: top, ...size, name: WITHIN }
}

/** @param room how many characters its source may have */
function readPicture(
  picture: Picture,
  media: Parts,
  draft: SheetDraft,
  room: number,
): FileImage | undefined {
  const { path = '', from, alt, name } = picture
  const source = encode(media[path] ?? new Uint8Array(), room)
  const { width, height } = sizeOf(picture, draft)
  const isSized = [width, height].every((side) => side >= 1 && side <= IMAGE_LIMITS.side)
  if (source === undefined || !isSized) return undefined
  const isWithin = name.startsWith(WITHIN)
  const offset = (px: number): number => (isWithin ? 0 : Math.min(px, IMAGE_LIMITS.side))
  const described = alt.slice(0, IMAGE_LIMITS.altCharacters).toWellFormed()
  const place = { row: from.row, column: from.column, x: offset(from.x), y: offset(from.y) }
  return { source, alt: described, ...place, width, height, isWithin }
}

const KINDS: readonly (readonly [type: 'png' | 'jpeg' | 'gif' | 'webp', begin: RegExp])[] = [
  ['png', /^\u0089PNG\r\n/],
  ['jpeg', /^ÿØÿ/],
  ['gif', /^GIF8[79]a/],
  ['webp', /^RIFF[^]{4}WEBP/],
]
const LONGEST_BEGIN = 12

/** Returns bytes as the source of an image; `undefined` if they aren't one of those that are shown, or too long. */
function encode(bytes: Uint8Array, room: number): string | undefined {
  if (bytes.length > IMAGE_LIMITS.bytes || bytes.length > room) return undefined
  const begin = strFromU8(bytes.subarray(0, LONGEST_BEGIN), true)
  const type = KINDS.find(([, pattern]) => pattern.test(begin))?.[0]
  if (type === undefined) return undefined
  const source = `data:image/${type};base64,${btoa(strFromU8(bytes, true))}`
  return source.length <= room && isImageSource(source) ? source : undefined
}

const SOURCE = /^data:image\/(png|jpeg|gif|webp);base64,/

function decode(source: string) {
  const [prefix = '', type] = SOURCE.exec(source) ?? []
  const data = strToU8(atob(source.slice(prefix.length)), true)
  return { data, type: type as (typeof KINDS)[number][0] }
}
