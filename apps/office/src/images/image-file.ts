import { t } from '../language/language.js'

/** The largest file that is accepted for shrinking. */
const MAX_FILE_BYTES = 20 * 1024 * 1024

const TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])
// The longer side in pixels, and the quality; the first result that is small enough is taken.
const TRIES = [
  [1_600, 0.85],
  [1_600, 0.6],
  [1_200, 0.7],
  [800, 0.7],
  [500, 0.6],
] as const

/**
 * Returns a file as the source of an image, shrunk if it is too large.
 *
 * @param mostBytes before base64
 * @throws {Error} whose message tells people why it can't be used
 */
export async function readImageFile(file: File, mostBytes: number): Promise<string> {
  const name = file.name === '' ? t('page.theImage') : file.name
  if (!TYPES.has(file.type)) {
    throw new Error(t('page.imageKind', { name }))
  }
  if (file.size <= mostBytes) return readDataUrl(file)
  // Shrinking an animated image would keep only one frame.
  const smaller =
    file.type === 'image/gif' || file.size > MAX_FILE_BYTES ? undefined : shrink(file, mostBytes)
  const found = await smaller
  if (found !== undefined) return readDataUrl(found)
  throw new Error(t('page.imageTooLarge', { name, most: mostBytes / 1024 }))
}

async function shrink(file: File, mostBytes: number): Promise<Blob | undefined> {
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(file)
  } catch {
    throw new Error(t('page.notAnImage', { name: file.name }))
  }
  try {
    for (const [side, quality] of TRIES) {
      const blob = await encode(draw(bitmap, side), quality)
      if (blob !== null && blob.size <= mostBytes) return blob
    }
    return undefined
  } finally {
    bitmap.close()
  }
}

function draw(bitmap: ImageBitmap, side: number): HTMLCanvasElement {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  return canvas
}

async function encode(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  const as = (type: string) =>
    new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality))
  const webp = await as('image/webp')
  // A browser that can't write WebP returns a PNG of any size instead.
  return webp?.type === 'image/webp' ? webp : as('image/jpeg')
}

function readDataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => {
      if (blob.size > 0) resolve(reader.result as string)
      else reject(new Error(t('page.imageEmpty')))
    })
    reader.addEventListener('error', () => reject(new Error(t('page.imageUnreadable'))))
    reader.readAsDataURL(blob)
  })
}
