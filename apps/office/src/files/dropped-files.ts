/**
 * Calls back with a file that is dropped on the window, which the browser would otherwise show in its
 * place; returns how to stop that.
 */
export function onDroppedFile(take: (file: File) => void): () => void {
  const life = new AbortController()
  const hear = (event: DragEvent): void => {
    const { dataTransfer } = event
    if (dataTransfer?.types.includes('Files') !== true) return
    event.preventDefault()
    const [file] = event.type === 'drop' ? dataTransfer.files : []
    if (file !== undefined) take(file)
  }
  addEventListener('dragover', hear, { signal: life.signal })
  addEventListener('drop', hear, { signal: life.signal })
  return () => life.abort()
}

/** The file that was dropped last, until somebody takes it: what opens files comes later than what it is dropped on. */
export class DroppedFile {
  #file: File | null = null
  #take: ((file: File) => void) | null = null

  constructor() {
    onDroppedFile((file) => {
      this.#file = file
      this.#offer()
    })
  }

  /** Calls back with each file; returns how to stop that. */
  readonly take = (listener: (file: File) => void): (() => void) => {
    this.#take = listener
    this.#offer()
    return () => void (this.#take = null)
  }

  #offer(): void {
    const file = this.#file
    if (file === null || this.#take === null) return
    this.#file = null
    this.#take(file)
  }
}
