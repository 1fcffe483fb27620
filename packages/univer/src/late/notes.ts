import {
  InterceptorEffectEnum,
  type ICellDataForSheetInterceptor,
  type Injector,
} from '@univerjs/core'
import { INTERCEPTOR_POINT, SheetInterceptorService } from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '../bind-workbook.js'
import type { GridPlace } from '../binding.js'
import { copyAttached, redrawWith, register, writer } from './attached.js'

/** What opens a note for editing; it is refused to those who may not edit. */
export const EDIT_NOTE = 'whereabouts.operation.edit-note'

const SET_NOTES = 'whereabouts.mutation.set-notes'
const MARK = { color: '#d97706', size: 7 }

/** The notes of a workbook that is drawn. */
export interface Notes {
  /** Returns the note of a cell; `undefined` if it has none. */
  at(place: GridPlace): string | undefined
  /** Writes a note, or removes it if the text is empty; returns `false` if that was refused. */
  write(place: GridPlace, text: string): boolean
}

/** Marks the cells with notes, and has them copied with their cells and sheets. @see OFFICE.md SH145, SH147 */
export function addNotes(injector: Injector, { attached, subscribe, workbook }: NotesOf): Notes {
  const unit = workbook.getId()
  register(SET_NOTES, injector)
  injector.get(SheetInterceptorService).intercept(INTERCEPTOR_POINT.CELL_CONTENT, {
    effect: InterceptorEffectEnum.Style,
    handler(cell, { subUnitId, row, col }, next) {
      const drawn = next(cell)
      return attached.noteAt(subUnitId, row, col) === undefined ? drawn : marked(drawn ?? {})
    },
  })
  redrawWith(unit, attached, subscribe, injector)
  copyAttached(SET_NOTES, 'notes', (sheet) => attached.notesOf(sheet), injector)
  const write = writer(SET_NOTES, unit, injector)
  return {
    at: ({ sheet, row, column }) => attached.noteAt(sheet, row, column),
    write: ({ sheet, row, column }, text) =>
      write(sheet, { notes: { [row]: { [column]: text === '' ? null : text } } }),
  }
}

type NotesOf = Pick<SharedWorkbook, 'attached' | 'subscribe' | 'workbook'>

/** A data validation marks the same corner of what it finds invalid. */
function marked(cell: ICellDataForSheetInterceptor): ICellDataForSheetInterceptor {
  const corner = cell.markers?.tr === undefined ? 'tr' : 'br'
  return { ...cell, markers: { ...cell.markers, [corner]: MARK } }
}
