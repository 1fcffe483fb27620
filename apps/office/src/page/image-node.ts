import { mergeAttributes, Node } from '@tiptap/core'
import { isShownImage, isSmallImage } from '../page-document/image-source.js'

/** An image that is in the document itself. @see PROTOCOL.md PG8 */
export const ImageNode = Node.create({
  name: 'image',
  group: 'block',
  draggable: true,

  addAttributes: () => ({
    src: { default: null },
    alt: { default: null },
    title: { default: null },
  }),

  // Of what is pasted from elsewhere, only what needs no other server.
  parseHTML: () => [
    {
      tag: 'img[src]',
      getAttrs: (element) => (isSmallImage(element.getAttribute('src')) ? null : false),
    },
  ],

  renderHTML: ({ HTMLAttributes }) =>
    isShownImage(HTMLAttributes['src'])
      ? ['img', mergeAttributes({ alt: '', draggable: 'true' }, HTMLAttributes)]
      : ['div', { class: 'unknown' }, 'An image that can’t be shown.'],
})
