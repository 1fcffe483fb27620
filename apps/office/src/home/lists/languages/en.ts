import type { ListTexts } from '../texts.js'

export const texts: ListTexts = {
  lists: 'Documents',
  views: {
    recent: 'Recent',
    own: 'My documents',
    shared: 'Shared with me',
    starred: 'Starred',
    trash: 'Trash',
  },
  search: 'Search titles',
  changed: (kind, ago) => `${kind === 'sheet' ? 'Sheet' : 'Page'}, changed ${ago}`,
  deleted: (kind, day) => `${kind === 'sheet' ? 'Sheet' : 'Page'}, deleted for good after ${day}`,
  loading: 'Loading…',
  none: {
    own: 'You have no documents yet. What you make is listed here, wherever you sign in.',
    shared: 'Nobody has shared a document with you by name yet.',
    starred: 'You have starred no documents yet.',
    trash: 'The trash is empty.',
  },
  notFound: 'No title has this text.',
  more: 'Show more',
  again: 'Try again',
  star: (name) => `Star ${name}`,
  trash: (name) => `Move ${name} to the trash`,
  hide: (name) => `Remove ${name} from this list`,
  restore: (name) => `Restore ${name}`,
  trashed: (name) => `Moved ${name} to the trash. Nobody else can open it now.`,
  hidden: (name) => `Removed ${name} from this list. It is still shared with you.`,
  restored: (name) => `Restored ${name}, and who may see it.`,
  undo: 'Undo',
}
