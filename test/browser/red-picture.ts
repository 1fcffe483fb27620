import type { Doc } from 'yjs'

/** A red picture of 60 by 40 pixels, in base64. */
export const RED =
  'iVBORw0KGgoAAAANSUhEUgAAADwAAAAoCAIAAAAt2Q6oAAAAPElEQVR42u3OQQkAAAgEsCtiH/s3sIkpfAiDBVim+p1IS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tfWuTI8Ob2ubDSAAAAAElFTkSuQmCC'

/** Writes the picture into a sheet, 60 by 40 pixels. */
export function writeRed(doc: Doc, id: string, place: object, more: object = {}): void {
  const image = {
    source: `data:image/png;base64,${RED}`,
    place,
    size: { width: 60, height: 40 },
    at: 'i',
    alt: 'red',
    ...more,
  }
  doc.getMap('about').set('format', 8)
  const entries = doc.getMap('images:sheet-1')
  for (const [name, value] of Object.entries(image)) entries.set(`${id}/${name}`, value)
}
