export {
  bindWorkbook,
  type BindWorkbookOptions,
  type CanEdit,
  type SharedWorkbook,
  type SheetsEnd,
  type ToSave,
} from './bind-workbook.js'
export { sharedPreset, type Preset } from './sharing.js'
export { TEXTS, type Texts } from './texts.js'
export type { GivenBack } from './given-back.js'
export type { PlaceLocation } from './presence/place.js'
export type { WorkbookMember, WorkbookRoom } from './room.js'
