import { Extension, Mark, type Extensions } from '@tiptap/core'
import { Code } from '@tiptap/extension-code'
import { Link } from '@tiptap/extension-link'
import { Placeholder } from '@tiptap/extensions'
import { Plugin } from '@tiptap/pm/state'
import { StarterKit } from '@tiptap/starter-kit'
import { isSafeLink, readLink } from '../page-document/links.js'
import { Clipboard } from './clipboard/clipboard.js'
import { Bound, type BoundOptions } from './bound.js'
import { FocusAtOnce } from './focus-at-once.js'
import { ImageFiles } from './image-files.js'
import { ItemNode } from './item-node.js'
import { LateParts } from './late-parts.js'
import { KeepMarks } from './keep-marks.js'
import {
  Callout,
  CodeBlock,
  Heading,
  ImageNode,
  PageDoc,
  Paragraph,
  Quote,
  Rule,
  TABLE_NODES,
  UnknownBlock,
  UnknownInline,
} from './nodes.js'
import { MARKS } from './marks.js'
import { Numbers } from './numbers.js'
import { Typing } from './typing.js'
import { t } from '../language/language.js'

/** The options of a page's editor. */
export interface PageOptions extends BoundOptions {
  /** Called with the reason when an image is refused. */
  readonly refused: (why: string) => void
}

const SafeLink = Link.extend({
  // Text typed after a link isn't part of it.
  inclusive: false,
  addAttributes: () => ({ href: { default: null } }),
  renderHTML({ HTMLAttributes }) {
    const href: unknown = HTMLAttributes['href']
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

/** Stands for a mark that this version doesn't know. */
const UnknownMark = Mark.create({
  name: 'unknownMark',
  addAttributes: () => ({ json: { default: '{}', rendered: false } }),
  renderHTML: () => ['span', 0],
})

/** Opens a link on a click with Ctrl or Cmd, as other editors do. */
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

/** The nodes and marks of a page. @see OFFICE.md PG6 */
export const CONTENT: Extensions = [
  StarterKit.configure({
    document: false,
    paragraph: false,
    heading: false,
    blockquote: false,
    bulletList: false,
    orderedList: false,
    listItem: false,
    listKeymap: false,
    codeBlock: false,
    horizontalRule: false,
    link: false,
    code: false,
    // The binding has its own undo, for one's own edits only.
    undoRedo: false,
    trailingNode: false,
    dropcursor: { color: 'var(--accent)', width: 2 },
  }),
  // Code may be bold as well.
  Code.extend({ excludes: '' }),
  PageDoc,
  Paragraph,
  Heading,
  ItemNode,
  Quote,
  Callout,
  CodeBlock,
  Rule,
  ImageNode,
  ...TABLE_NODES,
  UnknownBlock,
  UnknownInline,
  ...MARKS,
  UnknownMark,
  SafeLink,
]

/** Returns all extensions of the editor, bound to a page. */
export function pageExtensions({ refused, ...bound }: PageOptions): Extensions {
  return [
    ...CONTENT,
    Bound.configure(bound),
    Clipboard,
    FocusAtOnce,
    LateParts,
    Typing,
    Numbers,
    ImageFiles.configure({ refused }),
    OpenLinks,
    KeepMarks,
    Placeholder.configure({ placeholder: t('page.placeholder') }),
  ]
}
