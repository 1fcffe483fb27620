/** A place in the window, in pixels. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** What is done when fingers do something. */
export interface Gestures {
  /** Called when the first finger comes down; returns whether it ended something, so that it is no tap. */
  readonly began: () => boolean
  readonly tapped: (finger: PointerEvent) => void
  /** Called when a finger has rested for a while, and is still there. */
  readonly pressed: (finger: PointerEvent) => void
  /** Called when a finger begins to move, with the event of its first touch. */
  readonly dragged: (finger: PointerEvent) => void
  readonly moved: (by: Point, to: Point) => void
  /** Called when a finger that moved is gone, with its velocity in pixels per millisecond. */
  readonly released: (velocity: Point) => void
  /** Called when two fingers move, with the factor between their distances, and the place between them. */
  readonly pinched: (factor: number, by: Point, between: Point) => void
}

/** How far a finger moves until it isn't a tap. */
const STILL_PX = 8
const PRESS_MS = 500
/** A finger that has rested for this long has no velocity. */
const REST_MS = 80
const FASTEST_PX_PER_MS = 4
const NONE: Point = { x: 0, y: 0 }

const pointOf = ({ clientX: x, clientY: y }: PointerEvent): Point => ({ x, y })
const between = (one: Point, other: Point): Point => ({
  x: (one.x + other.x) / 2,
  y: (one.y + other.y) / 2,
})
const limited = (velocity: number): number =>
  Math.min(Math.max(velocity, -FASTEST_PX_PER_MS), FASTEST_PX_PER_MS)
const distance = (one: Point, other: Point): number => Math.hypot(one.x - other.x, one.y - other.y)

/** Recognizes what fingers do: taps, long presses, drags and pinches. @see OFFICE.md SH226 */
export class Fingers {
  readonly #gestures: Gestures
  readonly #points = new Map<number, Point>()
  #first: PointerEvent | null = null
  #state: 'waiting' | 'dragging' | 'pinching' | 'over' = 'over'
  #isTap = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #velocity = NONE
  #movedAtMs = 0

  constructor(gestures: Gestures) {
    this.#gestures = gestures
  }

  down(event: PointerEvent): void {
    this.#points.set(event.pointerId, pointOf(event))
    if (this.#points.size === 1) this.#begin(event)
    else this.#join()
  }

  move(event: PointerEvent): void {
    const from = this.#points.get(event.pointerId)
    if (from === undefined) return
    const to = pointOf(event)
    if (this.#state === 'waiting' && distance(from, to) > STILL_PX) this.#drag()
    if (this.#state === 'waiting') return
    const before = [...this.#points.values()]
    this.#points.set(event.pointerId, to)
    if (this.#state === 'dragging') this.#moveOne(from, to, event.timeStamp)
    if (this.#state === 'pinching') this.#pinch(before, [...this.#points.values()])
  }

  up(event: PointerEvent): void {
    if (!this.#points.delete(event.pointerId)) return
    clearTimeout(this.#timer)
    const state = this.#state
    this.#state = 'over'
    if (state === 'waiting' && this.#isTap) this.#gestures.tapped(event)
    if (state === 'dragging') {
      const isResting = event.timeStamp - this.#movedAtMs > REST_MS
      this.#gestures.released(isResting ? NONE : this.#velocity)
    }
  }

  /** Ends what a finger did when the browser takes it away. */
  cancel(event: PointerEvent): void {
    if (!this.#points.delete(event.pointerId)) return
    this.#stop()
  }

  #begin(event: PointerEvent): void {
    this.#first = event
    this.#state = 'waiting'
    this.#isTap = !this.#gestures.began()
    if (this.#isTap) this.#timer = setTimeout(() => this.#press(event), PRESS_MS)
  }

  #press(event: PointerEvent): void {
    this.#state = 'over'
    this.#gestures.pressed(event)
  }

  #join(): void {
    const isSecond = this.#points.size === 2 && this.#state !== 'over'
    this.#stop()
    if (isSecond) this.#state = 'pinching'
  }

  #stop(): void {
    clearTimeout(this.#timer)
    if (this.#state === 'dragging') this.#gestures.released(NONE)
    this.#state = 'over'
  }

  #drag(): void {
    clearTimeout(this.#timer)
    this.#state = 'dragging'
    this.#velocity = NONE
    if (this.#first === null) return
    this.#movedAtMs = this.#first.timeStamp
    this.#gestures.dragged(this.#first)
  }

  #moveOne(from: Point, to: Point, atMs: number): void {
    const by = { x: to.x - from.x, y: to.y - from.y }
    const passedMs = Math.max(1, atMs - this.#movedAtMs)
    // A single step says little: half of it, and half of those before.
    const mean = (now: number, before: number) => limited((now / passedMs + before) / 2)
    this.#velocity = { x: mean(by.x, this.#velocity.x), y: mean(by.y, this.#velocity.y) }
    this.#movedAtMs = atMs
    this.#gestures.moved(by, to)
  }

  #pinch([one, other]: readonly Point[], [newOne, newOther]: readonly Point[]): void {
    if (!one || !other || !newOne || !newOther) return
    const [from, to] = [between(one, other), between(newOne, newOther)]
    const factor = distance(newOne, newOther) / Math.max(1, distance(one, other))
    this.#gestures.pinched(factor, { x: to.x - from.x, y: to.y - from.y }, to)
  }
}
