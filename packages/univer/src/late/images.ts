import type { Injector } from '@univerjs/core'
import { CopySheetCommand, SheetInterceptorService } from '@univerjs/preset-sheets-core'
import type { Transaction } from 'yjs'
import type { SharedWorkbook } from '../bind-workbook.js'
import type { GridPlace } from '../binding.js'
import {
  IMAGE_LIMITS,
  IMAGE_PROPERTIES,
  imageCell,
  ImageReader,
  imagesPart,
  isImageSource,
  storePlace,
  type Image,
  type ImageCell,
  type ImageSize,
} from '../document/images.js'
import { leftOver } from '../document/left-over.js'
import { keyBetween, makeName } from '../document/order-key.js'
import { register, writer } from './attached.js'
import { orderEntries } from './image-order.js'

const SET_IMAGES = 'whereabouts.mutation.set-images'
const PART = imagesPart('')

/** An image that is shown, and where. */
export interface ShownImage extends Omit<Image, 'place' | 'at'>, ImageCell {
  /** Whether it is shown within its cell, as large as fits. */
  readonly isWithin: boolean
}

/** Where an image is put: in pixels from the corner of a cell. */
export interface ImageTarget extends Omit<GridPlace, 'sheet'> {
  readonly x?: number
  readonly y?: number
  readonly isWithin?: boolean
}

/** What a new image has. */
export interface NewImage extends ImageSize {
  readonly source: string
  readonly alt: string
  readonly target: ImageTarget
}

/** Why a sheet can't have an image in addition. */
export type ImageProblem = 'too-many' | 'no-room' | 'no-image' | 'refused'

/** The images of a workbook that is drawn; what is refused to the user isn't done. */
export interface Images {
  /** Returns the images of a sheet, the backmost one first. */
  of(sheet: string): readonly ShownImage[]
  /** Adds an image in front of the others; returns its id. */
  add(sheet: string, image: NewImage): { readonly id: string } | { readonly problem: ImageProblem }
  move(sheet: string, id: string, target: ImageTarget): boolean
  resize(sheet: string, id: string, size: ImageSize): boolean
  /** Moves and resizes as one step. */
  place(sheet: string, id: string, target: ImageTarget, size: ImageSize): boolean
  describe(sheet: string, id: string, alt: string): boolean
  /** Puts an image in front of all others, or behind them. */
  order(sheet: string, id: string, to: 'front' | 'back'): boolean
  remove(sheet: string, id: string): boolean
  /** Calls back when there may be other images. */
  subscribe(listener: () => void): void
}

type ImagesOf = Pick<SharedWorkbook, 'attached' | 'keyAt' | 'settle' | 'subscribe' | 'workbook'>

/** Returns the images of a workbook, and has them be copied with their sheets. @see OFFICE.md SH180 */
export function addImages(injector: Injector, shared: ImagesOf): Images {
  register(SET_IMAGES, injector)
  const images = new SheetImages(injector, shared)
  copyWithSheets(images, injector)
  return images
}

class SheetImages implements Images {
  readonly #shared: ImagesOf
  readonly #write: (sheet: string, params: object) => boolean
  readonly #reader = new ImageReader()
  readonly #listeners: (() => void)[] = []
  #all: ReadonlyMap<string, readonly Image[]> | null = null

  constructor(injector: Injector, shared: ImagesOf) {
    this.#shared = shared
    this.#write = writer(SET_IMAGES, shared.workbook.getId(), injector)
    this.#doc.on('afterTransaction', this.#note)
  }

  of(sheet: string): readonly ShownImage[] {
    const lines = this.#shared.attached.workbook.sheetWithId(sheet)
    if (lines === undefined) return []
    return this.#in(sheet).flatMap(({ id, source, place, size, alt }) => {
      const cell = imageCell(lines, place)
      return cell === undefined
        ? []
        : [{ id, source, size, alt, ...cell, isWithin: place.isWithin }]
    })
  }

  add(sheet: string, image: NewImage): ReturnType<Images['add']> {
    const { source, alt, target, width, height } = image
    const place = this.#placeAt(sheet, target)
    const problem = isImageSource(source) ? this.problemOf(sheet, source.length) : 'no-image'
    if (problem !== undefined || place === undefined) return { problem: problem ?? 'refused' }
    const id = makeName(Math.random) + makeName(Math.random)
    const values = Object.entries({ source, place, size: { width, height }, alt })
    const own = Object.fromEntries(values.map(([name, value]) => [`${id}/${name}`, value]))
    const entries = { ...own, ...orderEntries(id, this.#in(sheet), 'front') }
    return this.#put(sheet, entries) ? { id } : { problem: 'refused' }
  }

  move(sheet: string, id: string, target: ImageTarget): boolean {
    const place = this.#placeAt(sheet, target)
    return place !== undefined && this.#change(sheet, id, { place })
  }

  resize(sheet: string, id: string, { width, height }: ImageSize): boolean {
    return this.#change(sheet, id, { size: { width, height } })
  }

  place(sheet: string, id: string, target: ImageTarget, { width, height }: ImageSize): boolean {
    const place = this.#placeAt(sheet, target)
    return place !== undefined && this.#change(sheet, id, { place, size: { width, height } })
  }

  describe(sheet: string, id: string, alt: string): boolean {
    return this.#change(sheet, id, { alt: alt.slice(0, IMAGE_LIMITS.altCharacters).toWellFormed() })
  }

  order(sheet: string, id: string, to: 'front' | 'back'): boolean {
    const all = this.#in(sheet)
    const isThere = (to === 'front' ? all.at(-1) : all[0])?.id === id
    return isThere || (this.#has(sheet, id) && this.#put(sheet, orderEntries(id, all, to)))
  }

  remove(sheet: string, id: string): boolean {
    const own = IMAGE_PROPERTIES.map((name) => `${id}/${name}`)
    const others = leftOver([...this.#doc.getMap(imagesPart(sheet)).keys()], 'source')
    const entries = Object.fromEntries([...own, ...others].map((key) => [key, null]))
    return this.#has(sheet, id) && this.#put(sheet, entries)
  }

  subscribe(listener: () => void): void {
    this.#shared.subscribe(listener)
    this.#listeners.push(listener)
  }

  /** Returns why a sheet can't have an image of so many characters in addition. @see SHEET.md SD62 */
  problemOf(sheet: string, characters: number, count = 1): ImageProblem | undefined {
    if (this.#in(sheet).length + count > IMAGE_LIMITS.images) return 'too-many'
    let room: number = IMAGE_LIMITS.characters - characters
    for (const { source } of [...this.#images.values()].flat()) room -= source.length
    return room < 0 ? 'no-room' : undefined
  }

  get #doc() {
    return this.#shared.attached.workbook.doc
  }

  get #images(): ReadonlyMap<string, readonly Image[]> {
    this.#all ??= this.#reader.read(this.#doc)
    return this.#all
  }

  #in(sheet: string): readonly Image[] {
    return this.#images.get(sheet) ?? []
  }

  #placeAt(sheet: string, { row, column, x = 0, y = 0, isWithin }: ImageTarget) {
    const cell = this.#shared.keyAt({ sheet, row, column })
    return cell && storePlace({ cell, x: offset(x), y: offset(y), isWithin: isWithin === true })
  }

  /** Changes an image, unless somebody has deleted it. */
  #change(sheet: string, id: string, values: Readonly<Record<string, unknown>>): boolean {
    const entries = Object.entries(values).map(([name, value]) => [`${id}/${name}`, value] as const)
    return this.#has(sheet, id) && this.#put(sheet, Object.fromEntries(entries))
  }

  #has(sheet: string, id: string): boolean {
    return this.#in(sheet).some((image) => image.id === id)
  }

  #put(sheet: string, entries: Readonly<Record<string, unknown>>): boolean {
    const isWritten = this.#write(sheet, { entries })
    // The next step may come before the binding writes by itself.
    if (isWritten) this.#shared.settle()
    return isWritten
  }

  readonly #note = ({ changed, doc: { share } }: Transaction): void => {
    const names = new Map([...share].map(([name, root]) => [root, name] as const))
    // A root that was only named by an update becomes another one once somebody reads it.
    const isImages = [...changed.keys()].some(
      (type) => type._item === null && (names.get(type) ?? PART).startsWith(PART),
    )
    if (!isImages) return
    this.#all = null
    for (const listener of this.#listeners) listener()
  }
}

/** Pixels are whole ones, so that equal places are equal. */
const offset = (px: number): number => Math.max(0, Math.min(IMAGE_LIMITS.side, Math.round(px)))

/** Has a copy of a sheet have copies of its images. */
function copyWithSheets(images: SheetImages, injector: Injector): void {
  injector.get(SheetInterceptorService).interceptCommand({
    getMutations({ id, params }) {
      const isCopy = id === CopySheetCommand.id && params !== undefined
      if (!isCopy) return { redos: [], undos: [] }
      const { unitId, subUnitId, targetSubUnitId } = params as Readonly<Record<string, string>>
      const copies = copiesOf(images, subUnitId!, targetSubUnitId!)
      const redos = copies.map((entries) => ({
        id: SET_IMAGES,
        params: { unitId, subUnitId: targetSubUnitId, entries },
      }))
      // The document undoes it.
      return { redos, undos: [] }
    },
  })
}

/** Returns the entries of each copied image, as many as there is room for. */
function copiesOf(images: SheetImages, sheet: string, copy: string): object[] {
  const copies: object[] = []
  let characters = 0
  let at: string | null = null
  for (const image of images.of(sheet)) {
    const { source, size, alt, row, column, x, y, isWithin } = image
    if (images.problemOf(copy, characters + source.length, copies.length + 1) !== undefined) break
    characters += source.length
    at = keyBetween(at, null, Math.random)
    // The lines of a new sheet are called by their positions.
    const place = storePlace({ cell: `${row}:${column}`, x, y, isWithin })
    const id = makeName(Math.random) + makeName(Math.random)
    const values = Object.entries({ source, place, size, at, alt })
    copies.push(Object.fromEntries(values.map(([name, value]) => [`${id}/${name}`, value])))
  }
  return copies
}
