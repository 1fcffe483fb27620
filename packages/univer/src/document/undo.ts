import * as Y from 'yjs'
import { ABOUT } from './format.js'

const MAX_STEPS = 200

/** Undo and redo for one origin; what others wrote since stays. @see SHEET.md SD12 */
export class UndoSteps {
  readonly #manager: Y.UndoManager
  /** The origin of what whoever undoes did elsewhere than in the grid, which takes it in like others' changes. */
  readonly added = Symbol('added')
  #isGathering = false

  constructor(doc: Y.Doc, origin: unknown) {
    const about = doc.getMap(ABOUT)
    this.#manager = new Y.UndoManager(doc, {
      trackedOrigins: new Set([origin, this.added]),
      // Every step counts for itself, however fast they come.
      captureTimeout: 0,
      // Else a step that changed nothing would be a step, and undoing it would undo the one before.
      captureTransaction: ({ changed }) => changed.size > 0,
      // Others may have written in the version that came with a step. @see SHEET.md SD53
      deleteFilter: ({ parent }) => parent !== about,
    })
    this.#manager.on('stack-item-added', this.#added)
  }

  /** How many steps can be undone and redone. */
  get counts(): { readonly undos: number; readonly redos: number } {
    const { undoStack, redoStack } = this.#manager
    return { undos: undoStack.length, redos: redoStack.length }
  }

  /** Makes one step of all transactions until `release`. @see SHEET.md SD54 */
  gather(): void {
    this.#isGathering = true
  }

  release(): void {
    this.#isGathering = false
    this.#manager.captureTimeout = 0
  }

  undo(): boolean {
    return this.#manager.undo() !== null
  }

  redo(): boolean {
    return this.#manager.redo() !== null
  }

  /** Undoes the last step, so that it can't be redone. */
  takeBack(): void {
    this.#manager.undo()
    this.#manager.clear(false, true)
  }

  destroy(): void {
    this.#manager.destroy()
  }

  readonly #added = (): void => {
    // Before the first transaction that changes something, it would be added to the step before.
    if (this.#isGathering) this.#manager.captureTimeout = Number.POSITIVE_INFINITY
    const { undoStack } = this.#manager
    if (undoStack.length > MAX_STEPS) undoStack.splice(0, undoStack.length - MAX_STEPS)
  }
}
