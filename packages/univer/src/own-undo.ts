import {
  ICommandService,
  IContextService,
  IUndoRedoService,
  IUniverInstanceService,
  LocalUndoRedoService,
  type DependencyOverride,
  type IUndoRedoItem,
} from '@univerjs/core'

/** Undo and redo of one's own steps, wherever they are kept. */
export interface Steps {
  readonly counts: { readonly undos: number; readonly redos: number }
  undo(): void
  redo(): void
  /** Calls back when the counts may be others. */
  subscribe(listener: () => void): () => void
}

/**
 * Has Univer take steps of a workbook back by the document: its own way knows positions of when the
 * step was done, and would undo what others did since. The text that is being typed into a cell
 * keeps Univer's own way.
 *
 * @see SHEET.md SD12
 */
export function overrideUndo(workbook: string, steps: Steps): DependencyOverride {
  class OwnUndo extends LocalUndoRedoService {
    override pushUndoRedo(item: IUndoRedoItem): void {
      if (item.unitID !== workbook) super.pushUndoRedo(item)
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

    // Called by the constructor that this extends as well, which knows nothing of fields from here.
    protected override _updateStatus(): void {
      if (this.isInWorkbook()) this._undoRedoStatus$.next({ ...steps.counts })
      else super._updateStatus()
    }

    private isInWorkbook(): boolean {
      if (!this._univerInstanceService.getFocusedUnit()) return false
      return this._getUndoStackForFocused() === this._getUndoStack(workbook, true)
    }
  }
  // Univer has nothing to execute: the steps come from the document.
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
