import {
  imageCell,
  readImages,
  type Image,
  type ImageCell,
  type SheetDocument,
} from '@whereabouts/univer/document'
import type { Doc } from 'yjs'

/** An image of a version, and where it is. */
export interface VersionImage {
  readonly sheet: string
  readonly id: string
  readonly source: string
  readonly alt: string
  readonly cell: ImageCell
  /** How it is different from the other version; `undefined` if it isn't. */
  readonly change: 'added' | 'changed' | undefined
}

/** An image that only the other version has. */
export type RemovedImage = Pick<VersionImage, 'sheet' | 'id' | 'alt'>

/** Returns the images of a version, and those that only the other one has. */
export function compareImages(
  { attached: { workbook } }: SheetDocument,
  other: Doc,
): { readonly images: readonly VersionImage[]; readonly removed: readonly RemovedImage[] } {
  const [now, then] = [readImages(workbook.doc), readImages(other)]
  const images = workbook.shown.flatMap((sheet) =>
    (now.get(sheet.id) ?? []).flatMap((image): VersionImage[] => {
      const cell = imageCell(sheet, image.place)
      const { id, source, alt } = image
      const change = changeOf(
        image,
        then.get(sheet.id)?.find((each) => each.id === id),
      )
      return cell === undefined ? [] : [{ sheet: sheet.id, id, source, alt, cell, change }]
    }),
  )
  const removed = workbook.shown.flatMap(({ id: sheet }) =>
    (then.get(sheet) ?? []).flatMap(({ id, alt }) =>
      now.get(sheet)?.some((each) => each.id === id) === true ? [] : [{ sheet, id, alt }],
    ),
  )
  return { images, removed }
}

function changeOf(image: Image, other: Image | undefined): VersionImage['change'] {
  if (other === undefined) return 'added'
  return JSON.stringify(image) === JSON.stringify(other) ? undefined : 'changed'
}
