import { untilLoaded } from '../late-part.js'
import { MAX_IMAGE_BYTES } from '../page-document/image-source.js'

/**
 * Returns a file as the source of an image, shrunk if it is too large.
 *
 * @throws {Error} whose message tells people why it can't be used
 */
export async function readImage(file: File): Promise<string> {
  const { readImageFile } = await untilLoaded(() => import('../images/image-file.js'))
  return readImageFile(file, MAX_IMAGE_BYTES)
}
