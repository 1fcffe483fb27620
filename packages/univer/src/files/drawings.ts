import { strFromU8 } from 'fflate'
import type { Parts } from './parts.js'
import { attributesIn, elementsIn, pathOf, RELATION } from './rule-attributes.js'

/** A picture in a drawing of a file. Lengths are in pixels. */
export interface Picture {
  /** The path of the part that has it; `undefined` if it isn't in the file. */
  readonly path: string | undefined
  readonly name: string
  readonly alt: string
  readonly from: Corner
  /** Its other corner, if it has one. */
  readonly to: Corner | undefined
  readonly width: number
  readonly height: number
}

/** A point within a cell. */
interface Corner {
  readonly row: number
  readonly column: number
  readonly x: number
  readonly y: number
}

const EMU_PER_PIXEL = 9_525
const ANCHOR = /<(?:\w+:)?((?:one|two)CellAnchor)\b[^>]*>(.*?)<\/(?:\w+:)?\1>/gs
const PICTURE = /<(?:\w+:)?pic\b.*<\/(?:\w+:)?pic>/s
/** Groups of shapes and pictures are drawn otherwise. */
const OTHERS = /<(?:\w+:)?(?:grpSp|sp|cxnSp|graphicFrame)\b/
const CORNER = {
  from: /<(?:\w+:)?from>(.*?)<\/(?:\w+:)?from>/s,
  to: /<(?:\w+:)?to>(.*?)<\/(?:\w+:)?to>/s,
} as const
const ABOUT = /<(?:\w+:)?cNvPr\s([^>]*)>/
const BLIP = /<(?:\w+:)?blip\s([^>]*)>/
const SIZE = /<(?:\w+:)?ext\s([^>]*\bcx\s*=[^>]*)>/
const DRAWING = /\/drawing$/
const IMAGE = /\/image$/

/** Returns the pictures on a sheet of a file, in their order. The reader of workbooks doesn't say where in a cell they are. */
export function picturesOn(parts: Parts, sheet: string): Picture[] {
  const path = pathOf(parts, sheet)
  return relationsOf(parts, path)
    .filter(({ type }) => DRAWING.test(type))
    .flatMap(({ target }) => picturesIn(parts, target))
}

function picturesIn(parts: Parts, path: string): Picture[] {
  const bytes = parts[path]
  if (bytes === undefined) return []
  const media = relationsOf(parts, path).filter(({ type }) => IMAGE.test(type))
  return [...strFromU8(bytes).matchAll(ANCHOR)].flatMap(([, , content = '']) => {
    const [picture] = PICTURE.exec(content) ?? []
    const from = cornerIn(content, 'from')
    if (picture === undefined || OTHERS.test(content) || from === undefined) return []
    const { name = '', descr = '' } = attributesIn(ABOUT.exec(picture)?.[1] ?? '')
    const id = attributesIn(BLIP.exec(picture)?.[1] ?? '')['r:embed']
    const { cx, cy } = attributesIn(SIZE.exec(content)?.[1] ?? '')
    return [
      {
        path: media.find((relation) => relation.id === id)?.target,
        name,
        alt: descr,
        from,
        to: cornerIn(content, 'to'),
        width: pixels(cx),
        height: pixels(cy),
      },
    ]
  })
}

function cornerIn(content: string, name: keyof typeof CORNER): Corner | undefined {
  const [, inner] = CORNER[name].exec(content) ?? []
  if (inner === undefined) return undefined
  const of = (element: string): number =>
    Number(new RegExp(`<(?:\\w+:)?${element}>\\s*(-?\\d+)\\s*<`).exec(inner)?.[1] ?? 0)
  return {
    row: of('row'),
    column: of('col'),
    x: pixels(String(of('colOff'))),
    y: pixels(String(of('rowOff'))),
  }
}

function pixels(emu = ''): number {
  const px = Math.round(Number(emu) / EMU_PER_PIXEL)
  return Number.isFinite(px) ? Math.max(0, px) : 0
}

interface Relation {
  readonly id: string
  readonly type: string
  /** The path of a part. */
  readonly target: string
}

function relationsOf(parts: Parts, path: string | undefined): Relation[] {
  if (path === undefined) return []
  const [, folder = '', file = path] = /^(.*\/)?([^/]*)$/.exec(path) ?? []
  return elementsIn(parts, `${folder}_rels/${file}.rels`, RELATION).flatMap(
    ({ Id: id = '', Type: type = '', Target: target = '', TargetMode: mode }) =>
      mode === 'External' ? [] : [{ id, type, target: resolve(folder, target) }],
  )
}

/** @example resolve('xl/worksheets/', '../drawings/drawing1.xml') // 'xl/drawings/drawing1.xml' */
function resolve(folder: string, target: string): string {
  if (target.startsWith('/')) return target.slice(1)
  const path: string[] = []
  for (const part of `${folder}${target}`.split('/')) {
    if (part === '..') path.pop()
    else if (part !== '.' && part !== '') path.push(part)
  }
  return path.join('/')
}

/** Where a picture of a file that is written is, in pixels. */
export interface PicturePlace extends Corner {
  readonly width: number
  readonly height: number
  readonly name: string
}

const WRITTEN_ANCHOR = /<xdr:twoCellAnchor>.*?<\/xdr:to>/gs
const WRITTEN_NAME = /(<xdr:cNvPr [^>]*?name=")[^"]*/

/** Returns a drawing that has pictures where they are, and not only at the corners of cells as the writer of workbooks puts them. */
export function withPlaces(drawing: string, places: readonly PicturePlace[]): string {
  let [at, named] = [0, 0]
  return drawing
    .replaceAll(WRITTEN_ANCHOR, () => anchorAt(places[at++]!))
    .replaceAll('</xdr:twoCellAnchor>', '</xdr:oneCellAnchor>')
    .replaceAll(new RegExp(WRITTEN_NAME, 'g'), (_, before: string) => {
      const { name } = places[named++]!
      return `${before}${name} ${named}`
    })
}

const emu = (px: number): number => Math.round(px * EMU_PER_PIXEL)

function anchorAt({ row, column, x, y, width, height }: PicturePlace): string {
  const from =
    `<xdr:col>${column}</xdr:col><xdr:colOff>${emu(x)}</xdr:colOff>` +
    `<xdr:row>${row}</xdr:row><xdr:rowOff>${emu(y)}</xdr:rowOff>`
  const size = `<xdr:ext cx="${emu(width)}" cy="${emu(height)}"/>`
  return `<xdr:oneCellAnchor><xdr:from>${from}</xdr:from>${size}`
}
