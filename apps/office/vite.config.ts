import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, brotliCompressSync, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'
import { compiledBeside } from './build/compiled-beside.js'
import { firstLook } from './build/first-look.js'
import { readMessages } from './build/messages.js'
import { offline } from './build/offline.js'
import { mathFonts } from './build/math-fonts.js'
import { laterName, univer, univerInPage } from './build/univer.js'
import { WORKER } from './worker/build.js'

const COMPRESSIBLE = /\.(?:js|css|svg|html|txt)$/
// Nearly as small as at the highest quality, in a tenth of the time.
const BROTLI_QUALITY = 9

/** Writes what the server sends to whoever takes it compressed, once and not with every request. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir = 'dist' }) {
      for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
        if (COMPRESSIBLE.test(name)) compress(join(dir, name))
      }
    },
  }
}

function compress(file: string): void {
  const content = readFileSync(file)
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY }
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params }))
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
}

interface Bundled {
  readonly name: string
  readonly version: string
  readonly identifier: string | null
  readonly text: string | null
}

/** Vite's list of what the bundle is made of. */
const BUNDLED = '.vite/license.json'

/** Writes the licences of what the bundle is made of where the server shows them. */
function notices(): Plugin {
  return {
    name: 'notices',
    apply: 'build',
    writeBundle({ dir = 'dist' }) {
      const bundled = JSON.parse(readFileSync(join(dir, BUNDLED), 'utf8')) as readonly Bundled[]
      const parts = bundled.map(
        ({ name, version, identifier, text }) =>
          `${name} ${version} (${identifier ?? 'no identifier'})\n\n${text?.trim() ?? ''}\n`,
      )
      writeFileSync(join(dir, 'THIRD-PARTY-NOTICES.txt'), parts.join(`\n${'-'.repeat(72)}\n\n`))
    },
  }
}

/** What Univer calls to name or wrap what it may not need: what isn't used is left out. */
const PURE = ['createIdentifier', 'createInterceptorKey', 'forwardRef', 'memo']

/** What is asked for as one file, though parts of it are needed elsewhere alone: a request costs more than a kilobyte. */
const TOGETHER = [
  {
    // What every document and the inspector begin with; with it come Yjs and the reader of streams.
    name: 'client',
    test: /client[\\/]dist[\\/](?!react|held|doctor|recording)|protocol[\\/]dist[\\/](?:reducer|json|broadcast-number|position|sync|sse)\.js/,
    priority: 1,
  },
  {
    name: 'parts',
    test: /client[\\/]dist[\\/](?:held[\\/]|react[\\/](?!parts[\\/]person))/,
    minShareCount: 2,
  },
  // Home needs it without the rest of the client.
  { name: 'idb', test: /node_modules[\\/]idb[\\/]/, priority: 2 },
  {
    name: 'react',
    test: /node_modules[\\/](?:react|react-dom|scheduler)[\\/]/,
    priority: 2,
  },
  {
    name: 'shared',
    test: /preload-helper|client[\\/]dist[\\/]react[\\/]parts[\\/]person|protocol[\\/]dist[\\/](?!reducer|json|broadcast|position|sync|sse)|document[\\/]format\.js|intl-messageformat|@formatjs|office[\\/]src[\\/](?:base|copy-all|guarded-storage|files[\\/]dropped-files|icons|identity|keep-signed-in|last-user|late-part|name-untitled|passing-notice|person|route|title|language[\\/]\w+|looks[\\/]\w+|offline[\\/]before-reload|presence[\\/]Account|share[\\/]access)\.tsx?$/,
    minShareCount: 2,
    priority: 2,
  },
  {
    name: 'title',
    test: /office[\\/]src[\\/](?:useTitle|document-name|StateNote|presence[\\/]useNarrow)\.tsx?$/,
    includeDependenciesRecursively: false,
  },
  {
    name: 'page-document',
    test: /office[\\/]src[\\/]page-document[\\/]/,
    minShareCount: 2,
    includeDependenciesRecursively: false,
  },
  // The editor, without what is loaded after it (src/page/later) and what says that it loads.
  {
    name: 'editor',
    test: /node_modules[\\/](?:@tiptap|prosemirror-[\w-]+|orderedmap|rope-sequence|w3c-keyname|linkifyjs|marked)[\\/]|office[\\/]src[\\/](?:page[\\/](?!PageView|later)|page-document[\\/](?:carry-over|old-format|seeded))/,
    includeDependenciesRecursively: false,
  },
  // The grid's icons and those of the tools, of which some are the same: all come after the cells.
  { name: 'univer-icons-shared', test: /@univerjs[\\/]icons[\\/]/ },
  // A sheet's document is one as well, without what pages have of it and what images need.
  {
    name: 'sheet-document',
    test: /univer[\\/]dist[\\/](?:document[\\/](?!axis|compare|format|images|limits|order-key|print-settings)|operations[\\/]|slices)/,
    includeDependenciesRecursively: false,
  },
  // The page needs this of the grid's parts.
  { name: 'diff', test: /node_modules[\\/]fast-diff[\\/]/ },
  // The names that files take from each other can't be shortened: the grid is one, as before it had tools that come later,
  // with what of the application's own those tools use as well.
  {
    name: 'grid',
    test: /office[\\/]src[\\/]focus-cells|univer[\\/]dist[\\/]presence[\\/](?:grid|panes)\.js|@univerjs[\\/](?!find-replace|data-validation|sheets-(?:find-replace|sort|filter|conditional|data-validation)|preset-sheets-(?!core)|icons)[\w-]+[\\/]lib[\\/]es[\\/](?:index|facade)\.js$/,
  },
]

export default defineConfig({
  experimental: {
    // The page is below any path of a host, so scripts and styles refer to others beside them. The server
    // writes into the HTML where they are.
    renderBuiltUrl: (_file, { hostType }) => (hostType === 'html' ? undefined : { relative: true }),
  },
  plugins: [
    notices(),
    readMessages,
    compiledBeside,
    firstLook(),
    mathFonts(),
    offline(),
    compressed(),
    ...univer(),
    ...univerInPage(),
  ],
  // Not every worker has Univer; the page's build checks that all is there.
  worker: {
    format: 'es',
    plugins: () => univer().map((plugin) => ({ ...plugin, buildEnd: undefined })),
  },
  build: {
    target: 'es2022',
    license: { fileName: BUNDLED },
    // scripts/office-size.mjs adds up what each address needs.
    manifest: true,
    // Univer is one chunk of some megabytes, loaded after the room has been joined.
    chunkSizeWarningLimit: 8_000,
    rolldownOptions: {
      input: { index: 'index.html', offline: 'worker/offline.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'offline' ? WORKER : 'assets/[name]-[hash].js'),
        codeSplitting: { groups: TOGETHER },
        chunkFileNames: ({ name, moduleIds }) => `assets/${laterName(moduleIds) ?? name}-[hash].js`,
      },
      treeshake: { propertyReadSideEffects: false, manualPureFunctions: PURE },
      // The compression takes most of the time, and nobody who starts the server has to know.
      checks: { pluginTimings: false },
      onLog(level, log, handle) {
        // Univer's own libraries say "use client", which means nothing here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log)
      },
    },
  },
})
