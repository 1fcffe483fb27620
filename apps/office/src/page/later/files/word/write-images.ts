import type { Block } from '../../../../page-document/block.js'
import type { WordImage } from './write-word.js'

const KINDS: { readonly [type: string]: WordImage['type'] } = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
}

/** Returns the images of a page as Word takes them, by source; without those that no browser can read. */
export async function imagesFor(blocks: readonly Block[]): Promise<ReadonlyMap<string, WordImage>> {
  const all = blocks.flatMap((block) => [block, ...(block.table?.cells.flat(2) ?? [])])
  const sources = new Set(all.flatMap(({ attributes }) => attributes.src ?? []))
  const images = new Map<string, WordImage>()
  for (const source of sources) {
    try {
      images.set(source, await imageOf(source))
    } catch {
      // The page shows nothing for it, either.
    }
  }
  return images
}

async function imageOf(source: string): Promise<WordImage> {
  const blob = blobOf(source)
  const bitmap = await createImageBitmap(blob)
  const { width, height } = bitmap
  const type = KINDS[blob.type]
  const kept = type === undefined ? await asPng(bitmap) : blob
  bitmap.close()
  return { type: type ?? 'png', data: new Uint8Array(await kept.arrayBuffer()), width, height }
}

function blobOf(source: string): Blob {
  const [, type = '', base64 = ''] = /^data:([^;]+);base64,(.*)$/.exec(source) ?? []
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  return new Blob([bytes], { type })
}

/** Word doesn't open WebP. */
async function asPng(bitmap: ImageBitmap): Promise<Blob> {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
  return canvas.convertToBlob({ type: 'image/png' })
}
