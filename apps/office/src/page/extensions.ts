import { Extension, type Extensions } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret'
import { Link } from '@tiptap/extension-link'
import { TaskItem, TaskList } from '@tiptap/extension-list'
import { TableKit } from '@tiptap/extension-table'
import { Placeholder } from '@tiptap/extensions'
import { Plugin } from '@tiptap/pm/state'
import { StarterKit } from '@tiptap/starter-kit'
import type { Doc } from 'yjs'
import { renderCaret, renderSelection } from './caret.js'
import type { Cursors } from './cursors.js'
import { FIELD } from './fragment.js'
import { ImageFiles } from './image-files.js'
import { ImageNode } from './image-node.js'
import { KeepMarks } from './keep-marks.js'
import { LenientSchema, UnknownBlock, UnknownMark } from './lenient-schema.js'
import { isSafeLink, readLink } from '../page-document/links.js'

/** What the editor of a page is made of. */
export interface PageOptions {
  readonly doc: Doc
  readonly cursors: Cursors
  /** Told why an image can't be taken. */
  readonly refused: (why: string) => void
}

const SafeLink = Link.extend({
  renderHTML({ HTMLAttributes }) {
    const { href } = HTMLAttributes
    return isSafeLink(href)
      ? ['a', { ...this.options.HTMLAttributes, href, title: href }, 0]
      : ['span', 0]
  },
}).configure({
  openOnClick: false,
  defaultProtocol: 'https',
  isAllowedUri: (href) => readLink(href) !== undefined,
  HTMLAttributes: { target: '_blank', rel: 'noopener noreferrer nofollow', class: null },
})

/** A click with Ctrl or Cmd opens a link, as it does in other editors. */
const OpenLinks = Extension.create({
  name: 'openLinks',
  addProseMirrorPlugins: () => [
    new Plugin({
      props: {
        handleClick: (view, _position, event) => {
          const link = event.target instanceof Element ? event.target.closest('a') : null
          const isMeant = event.ctrlKey || event.metaKey
          if (!view.editable || !isMeant || link === null || !isSafeLink(link.href)) return false
          window.open(link.href, '_blank', 'noopener,noreferrer')
          return true
        },
      },
    }),
  ],
})

/** The nodes and marks of a page. @see PROTOCOL.md PG6 */
export const CONTENT: Extensions = [
  StarterKit.configure({
    // Collaboration brings its own, of one's own edits only.
    undoRedo: false,
    // Every window would add a line of its own to what another one wrote.
    trailingNode: false,
    link: false,
    heading: { levels: [1, 2, 3] },
    dropcursor: { color: 'var(--accent)', width: 2 },
  }),
  SafeLink,
  TaskList,
  TaskItem.configure({ nested: true }),
  TableKit.configure({ table: { resizable: false } }),
  ImageNode,
  UnknownBlock,
  UnknownMark,
]

/** All of the editor, bound to a document. */
export function pageExtensions({ doc, cursors, refused }: PageOptions): Extensions {
  return [
    ...CONTENT,
    LenientSchema,
    ImageFiles.configure({ refused }),
    OpenLinks,
    KeepMarks,
    Placeholder.configure({ placeholder: 'Write here…' }),
    Collaboration.configure({ document: doc, field: FIELD }),
    CollaborationCaret.configure({
      provider: { awareness: cursors },
      // Names and colors are those of the room (PROTOCOL.md CL15).
      user: {},
      render: renderCaret,
      selectionRender: renderSelection,
    }),
  ]
}
