import { Extension } from '@tiptap/core'
import { Fragment, Slice } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import { dropPoint } from '@tiptap/pm/transform'
import type { EditorView } from '@tiptap/pm/view'
import { isSmallImage } from '../page-document/image-source.js'
import { insertAfter } from './block-commands.js'
import { isImageFile, readImage } from './images.js'

/** Who is told why an image can't be taken. */
interface ImageFilesOptions {
  readonly refused: (why: string) => void
}

/** Takes images that are pasted and dropped. @see OFFICE.md PG8 */
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
            // A browser makes a file of an image that is moved within the text as well.
            if (isMoved) return false
            const found = view.posAtCoords({ left: clientX, top: clientY })
            return take(view, dataTransfer, refused, found?.pos)
          },
        },
      }),
    ]
  },
})

/** Whether there were images, which are put in as soon as they are read. */
function take(
  view: EditorView,
  data: DataTransfer | null,
  refused: (why: string) => void,
  at?: number,
): boolean {
  const images = [...(data?.files ?? [])].filter(isImageFile)
  // Who copies from a text with images means the text.
  const hasText = data?.types.includes('text/html') === true && data.types.includes('text/plain')
  if (!view.editable) return false
  if (images.length === 0 || hasText) {
    if (data !== null) tellOfLeftBehind(data.getData('text/html'), refused)
    return false
  }
  void insertImages(view, images, refused, at)
  return true
}

/** The images of a text that is pasted are those of another server, or too large, unless proven. */
function tellOfLeftBehind(html: string, refused: (why: string) => void): void {
  if (!html.includes('<img')) return
  const images = [...new DOMParser().parseFromString(html, 'text/html').images]
  if (images.every((image) => isSmallImage(image.getAttribute('src')))) return
  refused('Images of what you pasted stay behind: save them, and put them in as files.')
}

/** Puts images in, one after the other, where the selection is or at a position. */
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
      // What was written meanwhile may have moved it; then it is near enough.
      const here = at === undefined ? undefined : Math.min(at, doc.content.size)
      if (here === undefined) insertAfter(tr, image)
      else tr.insert(dropPoint(doc, here, new Slice(Fragment.from(image), 0, 0)) ?? here, image)
      view.dispatch(tr.scrollIntoView())
    } catch (error) {
      refused(error instanceof Error ? error.message : 'The image can’t be read.')
    }
  }
}
