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

  // Files of spreadsheets
  'files.add': 'Add to this document',
  'files.asNew': 'New document',
  'files.button': 'File',
  'files.cantOpen': '{name} can’t be opened',
  'files.csv': 'Text with commas, this sheet (.csv)',
  'files.fault.damaged':
    'This file is damaged, or not a spreadsheet. Save it again where it comes from.',
  'files.fault.declarations':
    'This file declares XML entities, which no spreadsheet needs, so it isn’t opened.',
  'files.fault.empty': 'This file is empty.',
  'files.fault.encrypted':
    'This file is protected with a password. Save it without one, and open that.',
  'files.fault.no-room':
    'This document has no room for the sheets of the file. Open it as a new document.',
  'files.fault.not-as-named':
    'This isn’t an {text} file, although its name says so. Save it again where it comes from.',
  'files.fault.too-large': 'This file is too large: its content takes more than {text}. Split it.',
  'files.fault.too-many-cells': 'This file has too many cells: more than {text}. Split it.',
  'files.fault.too-many-lines':
    'A sheet of this file has too many lines: more than {text}. Split it.',
  'files.fault.too-many-sheets': 'This file has too many sheets: more than {text}. Split it.',
  'files.fault.unknown-kind':
    'Files of this kind can’t be opened. Open an .xlsx, .xls, .ods, .csv or .tsv file.',
  'files.item': '{what}: {count, number}',
  'files.itemAt': '{what}: {count, number} in {sheet}, such as at {cell}',
  'files.itemIn': '{what}: {count, number} in {sheet}',
  'files.leaves': 'A sheet can’t have everything that is in this file. Left out will be:',
  'files.left.charts': 'charts',
  'files.left.conditional-formats': 'conditional formats',
  'files.left.drawings': 'text boxes and shapes',
  'files.left.external-links': 'links to other files; the last values are kept',
  'files.left.fills': 'patterns and gradients; one color is kept',
  'files.left.filters': 'conditions of filters; rows stay as they are',
  'files.left.formats': 'formats, and formulas; the values are kept',
  'files.left.grouping': 'groups of rows and columns',
  'files.left.images': 'images',
  'files.left.links': 'links; their text is kept',
  'files.left.long-texts': 'texts that are too long; they are cut',
  'files.left.macros': 'macros',
  'files.left.merges': 'merged cells beyond what a sheet can have',
  'files.left.names': 'names of cells',
  'files.left.notes': 'notes and comments',
  'files.left.pivot-tables': 'pivot tables; their cells are kept',
  'files.left.printing': 'print settings',
  'files.left.protection': 'protection',
  'files.left.rich-text': 'formatting within a text; the text is kept',
  'files.left.slicers': 'slicers',
  'files.left.sparklines': 'sparklines',
  'files.left.tables': 'tables; their cells are kept',
  'files.left.unknown-formulas': 'formulas that can’t be calculated here; they are kept as text',
  'files.left.validations': 'data validation',
  'files.mark': 'Mark texts as UTF-8, as Excel needs it',
  'files.notWritten': 'The file can’t be written.',
  'files.open': 'Open a file…',
  'files.openAnyway': 'Open without these',
  'files.openHas': '.xlsx, .ods, .csv and others',
  'files.opening': 'Open {name}',
  'files.reading': 'Reading the file…',
  'files.save': 'Save as a file',
  'files.semicolons': 'Text with semicolons, this sheet (.csv)',
  'files.storing': 'Saving the sheets…',
  'files.title': 'Files',
  'files.tooMuchMemory': 'The file can’t be read here: it takes too much memory.',
  'files.tsv': 'Text with tabs, this sheet (.tsv)',
  'files.where': 'Where should its sheets go?',
  'files.writing': 'Writing the file…',
  'files.xlsx': 'Excel workbook, all sheets (.xlsx)',

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
