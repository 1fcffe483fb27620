import { isSmallImage } from '../../../../page-document/image-source.js'
import { readImage } from '../../../images.js'
import type { WordPackage } from './package.js'
import type { ReadImage } from './reading.js'

const TYPES: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
])
/** More aren't even looked at. */
const MAX_IMAGES = 200

/** Returns the images of a file that a page can have, made small enough, by what refers to them. */
export async function readImages(file: WordPackage): Promise<ReadonlyMap<string, ReadImage>> {
  const images = new Map<string, ReadImage>()
  for (const [id, target] of file.targets) {
    if (target.type !== 'image' || target.isExternal || images.size >= MAX_IMAGES) continue
    const type = TYPES.get(/\.([a-z]+)$/i.exec(target.target)?.[1]?.toLowerCase() ?? '')
    const bytes = file.bytesOf(target)
    if (type === undefined || bytes === undefined) continue
    const image = await tryRead(new File([bytes.slice()], target.target, { type }))
    if (image !== undefined) images.set(id, image)
  }
  return images
}

/** Returns `undefined` for what isn't an image, and for one that can't be made small enough. */
async function tryRead(file: File): Promise<ReadImage | undefined> {
  try {
    const bitmap = await createImageBitmap(file)
    const { width } = bitmap
    bitmap.close()
    const src = await readImage(file)
    return isSmallImage(src) ? { src, width } : undefined
  } catch {
    return undefined
  }
}
