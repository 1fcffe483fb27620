import {
  ICommandService,
  IContextService,
  IUndoRedoService,
  IUniverInstanceService,
  LocalUndoRedoService,
  type DependencyOverride,
  type IUndoRedoItem,
} from '@univerjs/core'

/** Undo and redo of one's own steps, wherever they are stored. */
export interface Steps {
  readonly counts: { readonly undos: number; readonly redos: number }
  undo(): void
  redo(): void
  /** Takes back the last step for good: it can't be redone. */
  takeBack(): void
  /** Calls back when the counts may have changed. */
  subscribe(listener: () => void): () => void
}

/**
 * Makes Univer's undo and redo of a workbook use the document. Univer's own would use the positions
 * at the time of a step, and would undo what others did since. Text in an open cell editor keeps
 * Univer's own undo.
 *
 * @see SHEET.md SD12
 */
export function overrideUndo(workbook: string, steps: Steps): DependencyOverride {
  class OwnUndo extends LocalUndoRedoService {
    #lastId: string | undefined

    override pushUndoRedo(item: IUndoRedoItem): void {
      if (item.unitID === workbook) this.#lastId = item.id
      else super.pushUndoRedo(item)
    }

    /** Univer calls this for a value that a data validation refuses. */
    override rollback(id: string, unit?: string): void {
      if (unit !== workbook) super.rollback(id, unit)
      else if (id === this.#lastId) steps.takeBack()
    }

    override pitchTopUndoElement(): IUndoRedoItem | null {
      if (!this.isInWorkbook()) return super.pitchTopUndoElement() ?? null
      return steps.counts.undos > 0 ? nothing : null
    }

    override pitchTopRedoElement(): IUndoRedoItem | null {
      if (!this.isInWorkbook()) return super.pitchTopRedoElement() ?? null
      return steps.counts.redos > 0 ? nothing : null
    }

    override popUndoToRedo(): void {
      if (this.isInWorkbook()) steps.undo()
      else super.popUndoToRedo()
    }

    override popRedoToUndo(): void {
      if (this.isInWorkbook()) steps.redo()
      else super.popRedoToUndo()
    }

    showCounts(): void {
      this._updateStatus()
    }

    // The base class's constructor also calls this, before the fields here exist.
    protected override _updateStatus(): void {
      if (this.isInWorkbook()) this._undoRedoStatus$.next({ ...steps.counts })
      else super._updateStatus()
    }

    private isInWorkbook(): boolean {
      if (!this._univerInstanceService.getFocusedUnit()) return false
      return this._getUndoStackForFocused() === this._getUndoStack(workbook, true)
    }
  }
  // Univer has nothing to execute, since the document undoes the step.
  const nothing: IUndoRedoItem = { unitID: workbook, undoMutations: [], redoMutations: [] }
  const create = (
    ...services: ConstructorParameters<typeof LocalUndoRedoService>
  ): LocalUndoRedoService => {
    const undo = new OwnUndo(...services)
    steps.subscribe(() => undo.showCounts())
    return undo
  }
  return [
    [
      IUndoRedoService,
      {
        useFactory: create,
        deps: [IUniverInstanceService, ICommandService, IContextService],
      },
    ],
  ]
}
