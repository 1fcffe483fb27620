/** The maximum size of an image in the document, in bytes before base64. @see OFFICE.md PG8 */
export const MAX_IMAGE_BYTES = 256 * 1024

// Base64 has four characters for three bytes; the prefix comes before them.
const MAX_SOURCE_CHARACTERS = (MAX_IMAGE_BYTES / 3) * 4 + 32

// SVG is not allowed, since it can contain links and styles.
const DATA = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/

/** Returns whether a page shows this image: it is in the document, and consists of pixels only. */
export function isShownImage(src: unknown): src is string {
  return typeof src === 'string' && DATA.test(src)
}

/** Returns whether an image is small enough to insert without shrinking it. */
export function isSmallImage(src: unknown): src is string {
  return isShownImage(src) && src.length <= MAX_SOURCE_CHARACTERS
}
