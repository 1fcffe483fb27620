import type { Univer } from '@univerjs/core'
import type { SharedWorkbook } from '@whereabouts/univer'
import {
  addImages,
  ImageAreas,
  type Images,
  type ImageTarget,
  type NewImage,
} from '@whereabouts/univer/late'
import { IMAGE_LIMITS } from '@whereabouts/univer/document'
import { focusCells } from '../focus-cells.js'
import { readImageFile } from '../images/image-file.js'
import { formatNumber } from '../language/formats.js'
import { t } from '../language/language.js'
import { notify } from '../passing-notice.js'
import { untilUserActs } from '../until-user-acts.js'
import { ImageBar } from './image-bar.js'
import { addCommands } from './commands.js'
import { ImageDragging } from './image-dragging.js'
import { ImageLayer } from './image-layer.js'
import { loadTexts, type ImageTexts } from './texts.js'
import './images.css'

/** The largest side of a new image, in pixels. */
const FIRST_SIDE = 400
const STEP = 8

const ARROWS: { readonly [key: string]: readonly [across: number, down: number] } = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** Shows the images of a workbook, and lets them be inserted and changed. @see OFFICE.md SH180 */
export async function addSheetImages(univer: Univer, shared: SharedWorkbook): Promise<void> {
  const images = new SheetImages(univer, shared, await loadTexts())
  addCommands(univer, images)
}

/** An image that was inserted and isn't drawn yet. */
interface Awaited {
  readonly id: string
  readonly target: ImageTarget
  /** Aborts once the user goes on elsewhere. */
  readonly acts: AbortSignal
}

/** The images of one window. */
export class SheetImages {
  readonly texts: ImageTexts
  readonly #shared: SharedWorkbook
  readonly #images: Images
  readonly #areas: ImageAreas
  readonly #layer: ImageLayer
  readonly #bar: ImageBar
  #awaited: Awaited | null = null

  constructor(univer: Univer, shared: SharedWorkbook, texts: ImageTexts) {
    const injector = univer.__getInjector()
    this.texts = texts
    this.#shared = shared
    this.#images = addImages(injector, shared)
    this.#areas = new ImageAreas(shared.workbook, injector)
    this.#layer = new ImageLayer(this.#areas, this.#images, texts, () => this.#canEdit)
    this.#bar = this.#addBar()
    this.#layer.whenDrawn = () => {
      this.#welcome()
      this.#follow()
    }
    const dragging = new ImageDragging(this.#layer, this.#areas, this.#images, () => this.#follow())
    this.#hear(dragging)
    this.#images.subscribe(this.drawSoon)
    shared.canEdit?.subscribe(this.drawSoon)
    new ResizeObserver(this.drawSoon).observe(this.#areas.canvas)
    this.drawSoon()
  }

  /** Draws what may be elsewhere by now. */
  readonly drawSoon = (): void => this.#layer.drawSoon()

  get canvas(): HTMLCanvasElement {
    return this.#areas.canvas
  }

  /** Whether the user may edit; tells them if they may not. */
  get mayEdit(): boolean {
    if (!this.#canEdit) notify(t('grid.readOnly'))
    return this.#canEdit
  }

  /** Inserts files as images, one beside the other, at the selected cell or at a point of the window. */
  async insert(files: readonly File[], at?: { readonly x: number; readonly y: number }) {
    const { sheet } = this.#areas
    const acts = untilUserActs()
    let target = this.#firstTarget(at)
    for (const file of files) {
      try {
        const source = await readImageFile(file, IMAGE_LIMITS.bytes)
        const size = await sizeOf(source, file.name)
        if (!this.#add(sheet, { source, alt: altOf(file.name), target, ...size }, acts)) return
        const { row, column, x = 0, y = 0 } = target
        target = { row, column, x: x + STEP, y: y + STEP }
      } catch (error) {
        notify(error instanceof Error ? error.message : t('page.imageUnreadable'))
      }
    }
  }

  #add(sheet: string, image: NewImage, acts: AbortSignal): boolean {
    const added = this.#images.add(sheet, image)
    if ('problem' in added) this.#tellProblem(added.problem)
    else this.#awaited = { id: added.id, target: image.target, acts }
    return !('problem' in added)
  }

  /** Gives a new image the focus once it is drawn, unless the user has gone on by then. */
  #welcome(): void {
    const awaited = this.#awaited
    if (awaited === null) return
    if (!awaited.acts.aborted && !this.#layer.focus(awaited.id)) return
    this.#awaited = null
    this.#layer.tell(this.texts.insertedAt(this.#nameOf(awaited.target)))
  }

  #tellProblem(problem: string): void {
    const { noRoom, tooMany } = this.texts
    if (problem === 'too-many') notify(tooMany(formatNumber(IMAGE_LIMITS.images)))
    else if (problem === 'no-room') notify(noRoom)
    else if (problem === 'no-image') notify(t('page.imageUnreadable'))
  }

  #firstTarget(at: { readonly x: number; readonly y: number } | undefined): ImageTarget {
    const point = at && this.#areas.pointAt(at.x, at.y)
    const target = point && this.#areas.targetAt(...point)
    if (target !== undefined) return target
    const cell = this.#shared.workbook.getActiveSheet().getActiveRange()
    return { row: cell?.getRow() ?? 0, column: cell?.getColumn() ?? 0 }
  }

  #addBar(): ImageBar {
    this.#addHint()
    const back = () => void (this.#layer.focus() || this.#leave())
    return new ImageBar(this.texts, {
      describe: (alt) => this.#change((sheet, id) => this.#images.describe(sheet, id, alt)),
      order: (to) => this.#change((sheet, id) => this.#images.order(sheet, id, to)),
      fit: (isWithin) => {
        this.#fit(isWithin)
        back()
      },
      remove: () => this.#remove(),
      back,
    })
  }

  /** Says by which keys an image is used: those that the user has. @see OFFICE.md SH213 */
  #addHint(): void {
    const hint = document.createElement('div')
    hint.id = 'sheet-image-hint'
    // It describes images all the same, and is no text of the page.
    hint.hidden = true
    document.body.append(hint)
    const say = () => {
      const text = this.#canEdit ? this.texts.hint : this.texts.hintToView
      if (hint.textContent !== text) hint.textContent = text
    }
    this.#shared.canEdit?.subscribe(say)
    say()
  }

  #hear(dragging: ImageDragging): void {
    const { host } = this.#layer
    host.addEventListener('focusin', ({ target }) => {
      const { image } = (target as HTMLElement).dataset
      if (image !== undefined) this.#layer.select(image)
      this.#follow()
    })
    const left = ({ relatedTarget }: FocusEvent) => {
      const isWithin = [host, this.#bar.element].some((part) =>
        part.contains(relatedTarget as Node | null),
      )
      if (isWithin || dragging.isMoving) return
      this.#layer.select(null)
      this.#follow()
    }
    host.addEventListener('focusout', left)
    this.#bar.element.addEventListener('focusout', left)
    host.addEventListener('keydown', this.#press)
    host.addEventListener('dblclick', () => this.#bar.describe())
  }

  readonly #press = (event: KeyboardEvent): void => {
    const image = this.#layer.selected
    if (image === undefined) return
    // The grid has keys of its own.
    event.stopPropagation()
    if (!this.#do(event)) return
    event.preventDefault()
    this.#follow()
  }

  /** Does what a key means for the selected image; returns whether it means anything. */
  #do(event: KeyboardEvent): boolean {
    const { key, shiftKey, ctrlKey, metaKey } = event
    const isCommand = ctrlKey || metaKey
    if (key === 'Escape') this.#leave()
    else if (isCommand && key.toLowerCase() === 'z') this.#step(shiftKey)
    else if (isCommand && key.toLowerCase() === 'y') this.#step(true)
    else return this.#canEdit && this.#edit(event)
    return true
  }

  #edit({ key, shiftKey, ctrlKey }: KeyboardEvent): boolean {
    const arrow = ARROWS[key]
    const by = ctrlKey ? 1 : STEP
    if (key === 'Delete' || key === 'Backspace') this.#remove()
    else if (key === 'Enter' || key === 'F2') this.#bar.describe()
    else if (key === 'Tab' && !shiftKey) this.#bar.focus()
    else if (arrow === undefined) return false
    else if (shiftKey) this.#grow(arrow, by)
    else this.#nudge(arrow, by)
    return true
  }

  #step(isRedo: boolean): void {
    const { steps } = this.#shared
    if (isRedo) steps.redo()
    else steps.undo()
  }

  #nudge([across, down]: readonly [number, number], by: number): void {
    const image = this.#layer.selected
    const area = image && this.#areas.of(image)
    if (image === undefined || area === undefined) return
    const { row, column, isWithin } = image
    const target = isWithin
      ? { row: Math.max(0, row + down), column: Math.max(0, column + across), isWithin }
      : this.#areas.targetAt(area.left + across * by, area.top + down * by)
    if (target === undefined || !this.#images.move(this.#areas.sheet, image.id, target)) return
    this.#layer.draw()
    this.#layer.tell(this.texts.movedTo(this.#nameOf(target)))
  }

  #grow([across, down]: readonly [number, number], by: number): void {
    const image = this.#layer.selected
    if (image === undefined || image.isWithin) return
    const { width, height } = image.size
    const scale = across === 0 ? (height + down * by) / height : (width + across * by) / width
    const size = {
      width: Math.max(1, Math.round(width * scale)),
      height: Math.max(1, Math.round(height * scale)),
    }
    if (!this.#images.resize(this.#areas.sheet, image.id, size)) return
    this.#layer.draw()
    this.#layer.tell(this.texts.resizedTo(formatNumber(size.width), formatNumber(size.height)))
  }

  #fit(isWithin: boolean): void {
    const image = this.#layer.selected
    if (image === undefined) return this.#tellGone()
    const { row, column } = image
    this.#images.move(this.#areas.sheet, image.id, { row, column, isWithin })
    this.#layer.draw()
  }

  #change(change: (sheet: string, id: string) => boolean): void {
    const image = this.#layer.selected
    if (image === undefined) this.#tellGone()
    else change(this.#areas.sheet, image.id)
  }

  #tellGone(): void {
    notify(this.texts.gone)
    this.#leave()
  }

  #remove(): void {
    const image = this.#layer.selected
    if (image === undefined) return this.#tellGone()
    this.#images.remove(this.#areas.sheet, image.id)
    this.#leave()
    this.#layer.tell(this.texts.deleted)
  }

  /** Goes back to the cells. */
  #leave(): void {
    this.#layer.select(null)
    this.#follow()
    focusCells()
  }

  /** Shows the tools where the selected image is. */
  #follow(): void {
    const image = this.#canEdit ? this.#layer.selected : undefined
    this.#bar.show(image, image && this.#layer.box)
  }

  get #canEdit(): boolean {
    return this.#shared.canEdit?.getSnapshot() !== false
  }

  #nameOf({ row, column }: ImageTarget): string {
    return this.#shared.workbook.getActiveSheet().getRange(row, column).getA1Notation()
  }
}

/** Returns how large an image is at first: as it is, unless that is very large. */
async function sizeOf(
  source: string,
  name: string,
): Promise<{ readonly width: number; readonly height: number }> {
  const image = new Image()
  image.src = source
  await image.decode().catch(() => {
    throw new Error(t('page.notAnImage', { name }))
  })
  const { naturalWidth, naturalHeight } = image
  const scale = Math.min(1, FIRST_SIDE / Math.max(naturalWidth, naturalHeight, 1))
  return {
    width: Math.max(1, Math.round(naturalWidth * scale)),
    height: Math.max(1, Math.round(naturalHeight * scale)),
  }
}

/** What browsers call a picture that was copied, which says nothing. */
const COPIED = 'image.png'

/** @example altOf('red dot.png') // 'red dot' */
const altOf = (name: string): string => (name === COPIED ? '' : name.replace(/\.[^.]+$/, ''))
