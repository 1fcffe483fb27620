import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, brotliCompressSync, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

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

// Univer looks for the first character of all that is left of a word, once for each character of it.
const FIRST_CHARACTER = 'function getFirstGrapheme(text) {'
// Nobody has to look for it in ASCII; and 64 is longer than any character that isn't made to be long.
const SOONER = `${FIRST_CHARACTER}
  if (/^[ -~][ -~]/.test(text)) return text[0];
  text = text.slice(0, 64);`

const GROUPED = '} else lastList.push(glyph);'
// A word that is broken into lines takes three calls within each other for each line.
const APART = `} else if (shapedGlyphs.length > 256 && lastList.length > 0) shapedGlyphsList.push([glyph]);
  else lastList.push(glyph);`

/**
 * Has Univer lay out a word of 50,000 letters in half a second, where it took ten, and break it into
 * any number of lines, where it ran out of stack.
 *
 * @see OFFICE.md SH83
 */
function longWords(): Plugin {
  return {
    name: 'long-words',
    apply: 'build',
    transform(code, id) {
      if (!id.endsWith('/@univerjs/engine-render/lib/es/index.js')) return undefined
      if (!code.includes(FIRST_CHARACTER)) this.error('Univer looks for characters another way now')
      if (code.split(GROUPED).length !== 2)
        this.error('Univer makes words of letters another way now')
      return { code: code.replace(FIRST_CHARACTER, SOONER).replace(GROUPED, APART), map: null }
    },
  }
}

const LEAK = 'if (!cancelled) callback();'

/**
 * Univer opens a message channel for each task that it puts off, eight with each edit, and leaves it
 * open; the browser then keeps both of its ports for ever.
 *
 * @see OFFICE.md SH35
 */
function closesChannels(): Plugin {
  return {
    name: 'closes-channels',
    apply: 'build',
    transform(code, id) {
      if (!id.endsWith('/@univerjs/core/lib/es/index.js')) return undefined
      if (code.split(LEAK).length !== 2) this.error('Univer opens its channels in another way now')
      return { code: code.replace(LEAK, `channel.port1.close();${LEAK}`), map: null }
    },
  }
}

const PATTERNS = /(?<=\nconst PATTERN_LOADERS = \{).*?(?=\n\};)/s
const PRELOADED = /(?<=\n\t_preloadPatterns\(\) \{).*?(?=\n\t\})/s

/**
 * Leaves out Univer's patterns for hyphenation: 77 languages in 17 MB, with licences of their own.
 * A sheet has no hyphenation, and Univer goes without where it finds no pattern.
 */
function withoutHyphenation(): Plugin {
  return {
    name: 'without-hyphenation',
    apply: 'build',
    transform(code, id) {
      if (!id.endsWith('/@univerjs/engine-render/lib/es/index.js')) return undefined
      if (!PATTERNS.test(code) || !PRELOADED.test(code))
        this.error('Univer loads its hyphenation in another way now')
      return { code: code.replace(PATTERNS, '').replace(PRELOADED, ''), map: null }
    },
  }
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

const univer = (): Plugin[] => [longWords(), closesChannels(), withoutHyphenation()]

export default defineConfig({
  plugins: [notices(), compressed(), ...univer()],
  worker: { format: 'es', plugins: univer },
  build: {
    target: 'es2022',
    license: { fileName: BUNDLED },
    // Univer is one chunk of several megabytes, loaded after the room has been joined.
    chunkSizeWarningLimit: 8_000,
    rolldownOptions: {
      // The compression takes most of the time, and nobody who starts the server has to know.
      checks: { pluginTimings: false },
      onLog(level, log, handle) {
        // Univer's own libraries say "use client", which means nothing here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log)
      },
    },
  },
})
