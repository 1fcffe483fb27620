import type { ImageArea, ImageAreas, Images, ShownImage } from '@whereabouts/univer/late'
import type { Corner } from './image-element.js'
import type { ImageLayer } from './image-layer.js'

/** The smallest side of an image, in pixels of the sheet. */
const LEAST = 8
const IMAGE = '.sheet-image'

interface Drag {
  readonly image: ShownImage
  readonly from: ImageArea
  /** By which corner it is resized; without one it is moved. */
  readonly corner: Corner | undefined
  readonly pointer: number
  readonly x: number
  readonly y: number
  area: ImageArea
}

/** Lets images be moved and resized by mouse and touch, by one pointer at a time. @see OFFICE.md SH182, SH212 */
export class ImageDragging {
  readonly #layer: ImageLayer
  readonly #areas: ImageAreas
  readonly #images: Images
  readonly #whenDone: () => void
  #drag: Drag | null = null

  constructor(layer: ImageLayer, areas: ImageAreas, images: Images, whenDone: () => void) {
    this.#layer = layer
    this.#areas = areas
    this.#images = images
    this.#whenDone = whenDone
    const { host } = layer
    host.addEventListener('pointerdown', this.#begin)
    host.addEventListener('pointermove', this.#move)
    host.addEventListener('pointerup', this.#end)
    host.addEventListener('pointercancel', this.#cancel)
    host.addEventListener('wheel', (event) => this.#scroll(event), { passive: false })
  }

  /** Whether an image is being moved or resized. */
  get isMoving(): boolean {
    return this.#drag !== null
  }

  readonly #begin = (event: PointerEvent): void => {
    const target = event.target as HTMLElement
    const element = target.closest<HTMLElement>(IMAGE)
    if (element === null) return
    event.preventDefault()
    event.stopPropagation()
    if (this.#drag !== null) return
    const { image: id = '' } = element.dataset
    this.#layer.focus(id)
    const image = this.#layer.selected
    const from = image && this.#layer.areaOf(image)
    const isMovable = element.hasAttribute('data-movable') && event.button === 0
    if (!isMovable || image?.id !== id || from === undefined || image.isWithin) return
    const { pointerId: pointer, clientX: x, clientY: y } = event
    this.#layer.host.setPointerCapture(pointer)
    const corner = target.dataset['corner'] as Corner | undefined
    this.#drag = { image, from, corner, pointer, x, y, area: from }
  }

  readonly #move = (event: PointerEvent): void => {
    const drag = this.#drag
    if (drag?.pointer !== event.pointerId) return
    const { zoom } = this.#areas
    const [across, down] = [(event.clientX - drag.x) / zoom, (event.clientY - drag.y) / zoom]
    const { corner, from } = drag
    drag.area =
      corner === undefined
        ? moved(from, across, down)
        : resized(from, corner, across, down, !event.shiftKey)
    this.#layer.drag({ id: drag.image.id, area: drag.area })
  }

  readonly #end = ({ pointerId }: PointerEvent): void => {
    const drag = this.#drag
    if (drag?.pointer !== pointerId) return
    this.#drag = null
    if (drag.area !== drag.from) this.#put(drag)
    this.#layer.drag(null)
    this.#whenDone()
  }

  readonly #cancel = ({ pointerId }: PointerEvent): void => {
    if (this.#drag?.pointer !== pointerId) return
    this.#drag = null
    this.#layer.drag(null)
  }

  #put({ image, corner, area, from }: Drag): void {
    const { sheet } = this.#areas
    const target = this.#areas.targetAt(area.left, area.top)
    if (target === undefined) return
    const size = sizeOf(area)
    const isMoved = area.left !== from.left || area.top !== from.top
    // What somebody else changes of it at the same time stays.
    if (corner === undefined) this.#images.move(sheet, image.id, target)
    else if (isMoved) this.#images.place(sheet, image.id, target, size)
    else this.#images.resize(sheet, image.id, size)
  }

  /** Has the cells scroll below an image. */
  #scroll(event: WheelEvent): void {
    event.preventDefault()
    event.stopPropagation()
    this.#areas.canvas.dispatchEvent(new WheelEvent(event.type, event))
  }
}

/** Returns how large an area is, in whole pixels. */
const sizeOf = ({ left, top, right, bottom }: ImageArea) => ({
  width: Math.max(1, Math.round(right - left)),
  height: Math.max(1, Math.round(bottom - top)),
})

function moved({ left, top, right, bottom }: ImageArea, across: number, down: number): ImageArea {
  return { left: left + across, top: top + down, right: right + across, bottom: bottom + down }
}

/** Returns an area after one of its corners was dragged. @param isKept whether it keeps its proportions */
function resized(
  from: ImageArea,
  corner: Corner,
  across: number,
  down: number,
  isKept: boolean,
): ImageArea {
  const [width, height] = [from.right - from.left, from.bottom - from.top]
  const isLeft = corner.endsWith('w')
  const isTop = corner.startsWith('n')
  let wide = Math.max(LEAST, width + (isLeft ? -across : across))
  let high = Math.max(LEAST, height + (isTop ? -down : down))
  if (isKept) {
    const scale = Math.max(wide / width, high / height)
    wide = width * scale
    high = height * scale
  }
  return {
    left: isLeft ? from.right - wide : from.left,
    right: isLeft ? from.right : from.left + wide,
    top: isTop ? from.bottom - high : from.top,
    bottom: isTop ? from.bottom : from.top + high,
  }
}
