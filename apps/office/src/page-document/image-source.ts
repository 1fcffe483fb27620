/** What an image may be at most, in the document, before it is written as text. @see OFFICE.md PG8 */
export const MAX_IMAGE_BYTES = 256 * 1024

// Four characters for three bytes, and what stands before them.
const MAX_SOURCE_CHARACTERS = (MAX_IMAGE_BYTES / 3) * 4 + 32

// No SVG: it is a document of its own, with links and styles.
const DATA = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/

/** Whether this is an image that a page shows: whole in the document, and nothing but pixels. */
export function isShownImage(src: unknown): src is string {
  return typeof src === 'string' && DATA.test(src)
}

/** Whether an image may be put in as it is. */
export function isSmallImage(src: unknown): src is string {
  return isShownImage(src) && src.length <= MAX_SOURCE_CHARACTERS
}
