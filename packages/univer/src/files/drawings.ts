import { strFromU8 } from 'fflate'
import type { Parts } from './parts.js'
import { attributesIn, elementsIn, pathOf, RELATION } from './rule-attributes.js'

/** Something in a drawing of a file. Lengths are in pixels. */
export interface Drawn {
  /** The path of the part that has it; `undefined` if it isn't in the file. */
  readonly path: string | undefined
  readonly from: Corner
  /** Its other corner, if it has one. */
  readonly to: Corner | undefined
  readonly width: number
  readonly height: number
}

export interface Picture extends Drawn {
  readonly name: string
  readonly alt: string
}

/** A point within a cell. */
interface Corner {
  readonly row: number
  readonly column: number
  readonly x: number
  readonly y: number
}

const EMU_PER_PIXEL = 9_525
const ANCHOR = /<(?:\w+:)?(?:(?:one|two)Cell|absolute)Anchor\b/
const CELL_ANCHOR = /^<(?:\w+:)?(?:one|two)CellAnchor\b/
/** Groups of shapes and pictures are drawn otherwise. */
const OTHERS = /<(?:\w+:)?(?:grpSp|sp|cxnSp|graphicFrame)\b/
const ABOUT = /<(?:\w+:)?cNvPr\s([^<>]*)>/
const BLIP = /<(?:\w+:)?blip\s([^<>]*)>/
const SIZE = /<(?:\w+:)?ext\s([^<>]*)>/g
const DRAWING = /\/drawing$/
const IMAGE = /\/image$/
const CHART_PART = /\/chart$/
const CHART = /<(?:\w+:)?chart\s([^<>]*)>/

/** Returns the pictures on a sheet of a file, in their order. The reader of workbooks doesn't say where in a cell they are. */
export function picturesOn(parts: Parts, sheet: string): Picture[] {
  const drawing = relationsOf(parts, pathOf(parts, sheet)).find(({ type }) => DRAWING.test(type))
  return drawing === undefined ? [] : picturesIn(parts, drawing.target)
}

function picturesIn(parts: Parts, path: string): Picture[] {
  const bytes = parts[path]
  if (bytes === undefined) return []
  const images = relationsOf(parts, path).filter(({ type }) => IMAGE.test(type))
  const media = new Map(images.map(({ id, target }) => [id, target]))
  return anchorsIn(strFromU8(bytes)).flatMap((content) => pictureIn(content, media))
}

/** Returns the charts on a sheet of a file, in their order. */
export function chartsOn(parts: Parts, sheet: string): Drawn[] {
  const drawing = relationsOf(parts, pathOf(parts, sheet)).find(({ type }) => DRAWING.test(type))
  const bytes = drawing && parts[drawing.target]
  if (bytes === undefined) return []
  const charts = relationsOf(parts, drawing!.target).filter(({ type }) => CHART_PART.test(type))
  const paths = new Map(charts.map(({ id, target }) => [id, target]))
  return anchorsIn(strFromU8(bytes)).flatMap((content) => {
    const id = attributesIn(CHART.exec(content)?.[1] ?? '')['r:id']
    const from = cornerIn(content, 'from')
    if (id === undefined || from === undefined) return []
    return [{ path: paths.get(id), from, to: cornerIn(content, 'to'), ...sizeIn(content) }]
  })
}

/** Returns what an anchor says about the size of what it has; 0 if that follows from where it ends. */
function sizeIn(content: string) {
  const sizes = [...content.matchAll(SIZE)].map(([, attributes = '']) => attributesIn(attributes))
  const { cx, cy } = sizes.find((size) => 'cx' in size) ?? {}
  return { width: pixels(cx), height: pixels(cy) }
}

/** Returns the text from the beginning of each anchor to the next one. A file of a stranger may begin any number, and end none. */
const anchorsIn = (drawing: string): string[] =>
  drawing.split(new RegExp(`(?=${ANCHOR.source})`)).filter((content) => CELL_ANCHOR.test(content))

function pictureIn(content: string, media: ReadonlyMap<string | undefined, string>): Picture[] {
  const picture = elementIn(content, 'pic')
  const from = cornerIn(content, 'from')
  if (picture === undefined || OTHERS.test(content) || from === undefined) return []
  const { name = '', descr: alt = '' } = attributesIn(ABOUT.exec(picture)?.[1] ?? '')
  const id = attributesIn(BLIP.exec(picture)?.[1] ?? '')['r:embed']
  const to = cornerIn(content, 'to')
  return [{ path: media.get(id), name, alt, from, to, ...sizeIn(content) }]
}

/** Returns the first element of a name, to its end or that of the text. */
function elementIn(content: string, name: string): string | undefined {
  const start = content.search(new RegExp(`<(?:\\w+:)?${name}\\b`))
  if (start === -1) return undefined
  const end = content.slice(start).search(new RegExp(`</(?:\\w+:)?${name}>`))
  return content.slice(start, end === -1 ? undefined : start + end)
}

function cornerIn(content: string, name: 'from' | 'to'): Corner | undefined {
  const inner = elementIn(content, name)
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

/** Where something in a file that is written is, in pixels. */
export interface DrawnPlace extends Corner {
  readonly width: number
  readonly height: number
  readonly name: string
}

const WRITTEN_ANCHOR = /<xdr:twoCellAnchor\b[^>]*>.*?<\/xdr:to>/gs
const WRITTEN_NAME = /(<xdr:cNvPr [^>]*?name=")[^"]*/

/** Returns a drawing that has everything where it is, and not only at the corners of cells as the writer of workbooks puts it. */
export function withPlaces(drawing: string, places: readonly DrawnPlace[]): string {
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

function anchorAt({ row, column, x, y, width, height }: DrawnPlace): string {
  const from =
    `<xdr:col>${column}</xdr:col><xdr:colOff>${emu(x)}</xdr:colOff>` +
    `<xdr:row>${row}</xdr:row><xdr:rowOff>${emu(y)}</xdr:rowOff>`
  const size = `<xdr:ext cx="${emu(width)}" cy="${emu(height)}"/>`
  return `<xdr:oneCellAnchor><xdr:from>${from}</xdr:from>${size}`
}
