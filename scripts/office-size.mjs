// Adds up the JavaScript that a first visit needs until there is something to use, by address. The office
// must be built. See OFFICE.md OF7.
import { readdirSync, readFileSync, statSync } from 'node:fs'

const DIST = new URL('../apps/office/dist/', import.meta.url)

/**
 * A file of the build, as Vite lists it.
 *
 * @typedef {object} Part
 * @property {string} file
 * @property {readonly string[]} [imports] what it can't start without
 */

/** @type {Readonly<Record<string, Part>>} */
const PARTS = JSON.parse(readFileSync(new URL('.vite/manifest.json', DIST), 'utf8'))

// A window has one language.
const LANGUAGE = largestOf(/^src\/languages\//)
const GRID_TEXTS = largestOf(/preset-sheets-core\/.*\/locales\//)

// What runs before the first painting, in each of them.
const FIRST_LOOK = readdirSync(new URL('assets/', DIST))
  .filter((name) => /^first-look-.*\.js$/.test(name))
  .map((name) => `assets/${name}`)

const DOCUMENT = ['index.html', 'src/open-room.ts', 'src/office.tsx']

// Each has the texts of all parts in one language, and what writes counts and choices into them: 11 KB.
/** @type {readonly { name: string, entries: readonly string[], maxGzipBytes: number }[]} */
const VIEWS = [
  // Half a kilobyte shows the chosen look before anything else, and says when the part for files can't be fetched. 300 bytes
  // are in the part that all views share: who has access, whom comments mention as well, and the words that lead to comments.
  // 200 say that the server has lost a document, and 150 what can't be taken in from a file of Word. Another 150 are places
  // for folders, templates and the file of a list, and words of charts, menus and formulas in the part that all views share.
  // 130 leave the keys of a composition to the input method (OF108), in every field of all views.
  { name: 'home', entries: ['index.html', 'src/home/Home.tsx'], maxGzipBytes: 96_480 },
  {
    name: 'page',
    entries: [...DOCUMENT, 'src/page/PageEditor.tsx'],
    // The last kilobyte says why something can't be edited, and posts what is left when the page goes away.
    // Four more share a stream with other windows (OF22), from the first request on.
    // Another two leave the last words of a window to the next one, and hear the events of a room. 1.5 more are
    // the locks of a room, the client's own avatars and status line, and the words of y-websocket's provider.
    // Another 3.5 are what a document may have that people choose in parts that are loaded later: colors, alignment,
    // callouts and toggles, the title on the page, and places for those parts in the editor.
    // 700 tell a lost document from a deleted one, give it back, and say so (DO97, SR25), here and in a sheet.
    // Another 250 are words about files of Word, and the widths and colors that a new table brings, and 80 give the text the
    // focus before the next key (PE39).
    maxGzipBytes: 344_480,
  },
  // Univer's grid and editors; its icons and what it says about functions come later.
  // Some kilobytes of it share a stream with other windows (OF22); 3.5 are those of the page's last lines.
  // Two more are the document's own part of sorts and filters, without which windows differ, and two take the sheets
  // of a file in and one that is dropped, with the messages of files. Half a kilobyte opens the document beside a
  // document, and says in the bar whether that is saved: it is in the part that pages and sheets share.
  {
    name: 'sheet',
    entries: [...DOCUMENT, 'src/open-sheet.ts', ...GRID_TEXTS],
    // Another 2.5 read, check and write what a document says about the contents of cells, 2 what cells have beside
    // their contents, such as notes, and 2 names, also in formulas; another one says where cells lead.
    // 200 bytes write the entries of images, which are drawn by a part that comes later, and 90 leave the keys of a
    // composition to the input method (OF108).
    maxGzipBytes: 943_800,
  },
]

for (const { name, entries, maxGzipBytes } of VIEWS) {
  const files = [...needed([...entries, ...LANGUAGE]), ...FIRST_LOOK]
  const gzipBytes = files.reduce((sum, file) => sum + sizeOf({ file }), 0)
  console.log(
    `${name}: ${gzipBytes} bytes gzipped in ${files.length} files, at most ${maxGzipBytes}`,
  )
  if (gzipBytes > maxGzipBytes) {
    console.error(`${name} exceeds its limit. Load less, or raise the limit and explain why.`)
    process.exitCode = 1
  }
}

/** Returns the largest of the parts that have such a name. @param {RegExp} name */
function largestOf(name) {
  const keys = Object.keys(PARTS).filter((key) => name.test(key))
  return keys.toSorted((one, other) => sizeOf(PARTS[other]) - sizeOf(PARTS[one])).slice(0, 1)
}

/** Returns how many bytes are sent of a part. @param {Part | undefined} part */
function sizeOf(part) {
  return part === undefined ? 0 : statSync(new URL(`${part.file}.gz`, DIST)).size
}

/** Returns the files of some parts and of everything that they import. @param {readonly string[]} keys */
function needed(keys, /** @type {Set<string>} */ files = new Set()) {
  for (const key of keys) {
    const part = PARTS[key]
    if (part === undefined) throw new Error(`The office has no ${key}. Build it first.`)
    if (files.has(part.file)) continue
    files.add(part.file)
    needed(part.imports ?? [], files)
  }
  return files
}
