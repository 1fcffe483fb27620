import { Extension } from '@tiptap/core'
import { Fragment, Slice } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import { dropPoint } from '@tiptap/pm/transform'
import type { EditorView } from '@tiptap/pm/view'
import { isSmallImage } from '../page-document/image-source.js'
import { insertAfter } from './block-commands.js'
import { readImage } from './images.js'
import { t } from '../language/language.js'

/** Returns whether a file is an image, supported or not. */
const isImageFile = ({ type }: Pick<File, 'type'>): boolean => type.startsWith('image/')

/** Called with the reason when an image is refused. */
interface ImageFilesOptions {
  readonly refused: (why: string) => void
}

/** Inserts images that are pasted or dropped. @see OFFICE.md PG8 */
export const ImageFiles = Extension.create<ImageFilesOptions>({
  name: 'imageFiles',
  addOptions: () => ({ refused: () => undefined }),
  addProseMirrorPlugins() {
    const { refused } = this.options
    return [
      new Plugin({
        props: {
          handlePaste: (view, { clipboardData }) => take(view, clipboardData, refused),
          handleDrop: (view, { dataTransfer, clientX, clientY }, _slice, isMoved) => {
            // Browsers also make a file of an image that is moved within the text.
            if (isMoved) return false
            const found = view.posAtCoords({ left: clientX, top: clientY })
            return take(view, dataTransfer, refused, found?.pos)
          },
        },
      }),
    ]
  },
})

/**
 * Inserts the images in pasted or dropped data as soon as they are read; returns whether there are
 * any.
 */
function take(
  view: EditorView,
  data: DataTransfer | null,
  refused: (why: string) => void,
  at?: number,
): boolean {
  const images = [...(data?.files ?? [])].filter(isImageFile)
  // Someone who copies text with images wants the text.
  const hasText = data?.types.includes('text/html') === true && data.types.includes('text/plain')
  if (!view.editable) return false
  if (images.length === 0 || hasText) {
    if (data !== null) tellOfLeftBehind(data.getData('text/html'), refused)
    return false
  }
  void insertImages(view, images, refused, at)
  return true
}

/** Reports that images of pasted text were left out, unless all are small and within the HTML. */
function tellOfLeftBehind(html: string, refused: (why: string) => void): void {
  if (!html.includes('<img')) return
  const images = [...new DOMParser().parseFromString(html, 'text/html').images]
  if (images.every((image) => isSmallImage(image.getAttribute('src')))) return
  refused(t('page.imagesNotPasted'))
}

/** Inserts images one after the other, at the selection or at a position. */
export async function insertImages(
  view: EditorView,
  files: readonly File[],
  refused: (why: string) => void,
  at?: number,
): Promise<void> {
  for (const file of files) {
    try {
      const src = await readImage(file)
      if (view.isDestroyed || !view.editable) return
      const image = view.state.schema.nodes['image']!.create({ src, alt: file.name })
      const { tr, doc } = view.state
      // Edits made meanwhile may have moved the position; then it is near enough.
      const here = at === undefined ? undefined : Math.min(at, doc.content.size)
      if (here === undefined) insertAfter(tr, image)
      else tr.insert(dropPoint(doc, here, new Slice(Fragment.from(image), 0, 0)) ?? here, image)
      view.dispatch(tr.scrollIntoView())
    } catch (error) {
      refused(error instanceof Error ? error.message : t('page.imageUnreadable'))
    }
  }
}
