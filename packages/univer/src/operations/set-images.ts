import { IMAGES_FORMAT, raiseFormat } from '../document/format.js'
import type { OperationKind } from './operation-kind.js'

/** Writes entries of the images of a sheet; `null` deletes one. */
export interface SetImages {
  readonly type: 'set-images'
  /** The id of the sheet. */
  readonly sheet: string
  readonly entries: Readonly<Record<string, unknown>>
}

export const setImages: OperationKind<SetImages> = {
  record: {
    'whereabouts.mutation.set-images': (_, { subUnitId: sheet, entries }) => [
      { type: 'set-images', sheet, entries },
    ],
  },

  /** @see SHEET.md SD60, SD65 */
  write({ doc }, { sheet, entries }, draft) {
    raiseFormat(doc, IMAGES_FORMAT)
    for (const [key, value] of Object.entries(entries))
      draft.put(`images:${sheet}`, key, value ?? undefined)
  },

  // Whoever draws images looks them up in the document.
  diff: () => [],
  play: () => {},
}
