// English. The other files have the same messages, in ICU's format, which apps like Weblate know. `home.` is
// Home's part, `document.` that of sheets and pages alike; a message that several parts have is in `common.`.

export const messages = {
  // On several pages
  'common.cancel': 'Cancel',
  'common.close': 'Close',
  'common.copied': 'Copied',
  'common.copy': 'Copy',
  'common.discard': 'Discard',
  'common.language': 'Language',
  'common.pressToCopy': 'Press Ctrl+C or ⌘C to copy.',
  'common.remove': 'Remove',
  'common.save': 'Save',
  'common.saving': 'Saving…',
  'common.tryAgain': 'Try again',
  'common.unreachable': 'The server can’t be reached. Try again in a moment.',
  'common.untitled': '{kind, select, sheet {Untitled sheet} other {Untitled page}}',

  // Before anything is shown
  'start.failed': 'The page could not be loaded.',
  'start.home': 'Go to the home page',
  'start.newVersion': 'A new version of this application is ready.',
  'start.notFound': 'There is no page at this address.',
  'start.notFoundTitle': 'Not found',
  'start.reload': 'Reload',

  // Home
  'home.available': '{about}, available offline',
  'home.copies':
    '{count, plural, one {This browser has a copy of # document.} other {This browser has copies of # documents.}}',
  'home.copiesFor':
    '{count, plural, one {This browser has a copy of # document, for when the server can’t be reached.} other {This browser has copies of # documents, for when the server can’t be reached.}}',
  'home.copiesNotRemoved':
    'The browser doesn’t let them be removed. Clear its data of this site instead.',
  'home.copiesRemoved': 'Removed. Documents that are open in other windows keep their copies.',
  'home.copiesWouldBeLost': 'Edits that the server doesn’t have would be lost.',
  'home.copyLink': 'Copy the link to {name}',
  'home.here': '{count, plural, one {{names} is here} other {{names} are here}}',
  'home.justNow': 'just now',
  'home.keep': 'Keep',
  'home.linkCopied': 'Link copied',
  'home.linkNotCopied': 'Couldn’t copy the link. Here it is: {link}',
  'home.more': '{count, number} more',
  'home.new': 'New',
  'home.newDocument': '{kind, select, sheet {New sheet} other {New page}}',
  'home.newDocumentHas':
    '{kind, select, sheet {Cells and formulas} other {Text, lists, tables, images}}',
  'home.notRenamed': 'Not renamed: {reason}',
  'home.opened': '{kind, select, sheet {Sheet, opened {ago}} other {Page, opened {ago}}}',
  'home.recent': 'Recent',
  'home.removeCopies': 'Remove copies',
  'home.removeFromList': 'Remove {name} from the list',
  'home.removed': 'Removed {name} from this list. The document is kept.',
  'home.rename': 'Rename {name}',
  'home.titleOf': 'Title of {name}',
  'home.tryDemo': 'Try the demo sheet, which anyone can edit',
  'home.welcome': 'Nothing here yet',
  'home.welcomeListed': 'Documents that you open are listed here, in this browser only.',
  'home.welcomeOpen': 'No account is needed.',
  'home.welcomeText':
    'Create a sheet or a page and share its address. You edit it together, and each of you sees where the others are.',

  // The doctor
  'doctor.title': 'Doctor',

  // The sheet
  'sheet.tooHard': 'This formula takes too long to calculate, or its result is too large or empty.',
  'sheet.tools': 'Tools',

  // Problems that the server reports. Where its own words say more, they are in `detail`, in English
  'problem.access-changed': 'Somebody else changed this just now.',
  'problem.bad-color': '{detail}',
  'problem.bad-json': '{detail}',
  'problem.bad-member-key': '{detail}',
  'problem.bad-name': '{detail}',
  'problem.bad-parameter': '{detail}',
  'problem.bad-room': '{detail}',
  'problem.bad-update': '{detail}',
  'problem.document-deleted': 'This document was deleted.',
  'problem.document-exists': 'There is a document here already.',
  'problem.document-full': 'This document is full.',
  'problem.exchange-busy': 'The server is busy. Try again in a moment.',
  'problem.forbidden': '{detail}',
  'problem.internal': 'The server failed. Try again in a moment.',
  'problem.locked': 'Somebody else is changing this.',
  'problem.method-not-allowed': '{detail}',
  'problem.no-version': 'This version is no longer kept.',
  'problem.other-user': 'Somebody else is signed in.',
  'problem.room-full': 'This document has as many people as it can take.',
  'problem.shutting-down': 'The server is shutting down. Try again in a moment.',
  'problem.storage-full': 'There is no space left for documents.',
  'problem.store-failed': 'The server can’t store documents now. Try again in a moment.',
  'problem.too-large': '{detail}',
  'problem.too-many-connections': 'The server has too many connections. Try again in a moment.',
  'problem.too-many-locks': '{detail}',
  'problem.too-many-requests': 'That was too much at once. Try again in a moment.',
  'problem.too-many-rooms': 'The server has too many open documents. Try again in a moment.',
  'problem.unauthorized': 'You are signed out.',
  'problem.unsupported-media-type': '{detail}',
} as const

/** What Univer calls the language. */
export const gridLocale = 'enUS'

/** Loads Univer's texts. */
export const loadGridTexts = () => import('@univerjs/preset-sheets-core/locales/en-US')

/** Loads what Univer says about the functions of formulas. */
export const loadFunctionTexts = () => import('@univerjs/sheets-formula/locale/en-US')

/** Loads Univer's texts of the tools that come after the cells. */
export const loadToolTexts = () => import('../tool-texts-en.js')
