// What a page pays for the client: bundled with all that it imports, minified and compressed.
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/**
 * One way into the client, and what it may weigh.
 *
 * @typedef {object} Entry
 * @property {string} name
 * @property {string} input
 * @property {readonly string[]} external what the page has anyway
 * @property {number} maxGzipBytes
 */

/** @type {readonly Entry[]} */
const ENTRIES = [
  {
    name: 'client',
    input: 'packages/client/dist/index.js',
    external: [],
    // The last 128 bytes look at every answer before it is believed, and know the server's limit of a
    // location (PROTOCOL.md CL18, CL26).
    maxGzipBytes: 8 * 1024 + 128,
  },
  {
    // With as much of the client as it needs, without Yjs and IndexedDB. It knows what the server has,
    // cuts what is too large, and makes a document anew: nobody loses a word, and that has its weight.
    name: 'client/yjs',
    input: 'packages/client/dist/yjs/index.js',
    external: ['yjs', 'idb'],
    maxGzipBytes: 12 * 1024,
  },
]

for (const { name, input, external, maxGzipBytes } of ENTRIES) {
  const code = await bundle(input, external)
  const gzipBytes = gzipSync(code, { level: 9 }).length
  console.log(`${name}: ${code.length} bytes, ${gzipBytes} gzipped, at most ${maxGzipBytes}`)
  if (gzipBytes > maxGzipBytes) {
    console.error(`${name} has grown past its bound. Make it smaller, or say here why not.`)
    process.exitCode = 1
  }
}

/**
 * @param {string} input
 * @param {readonly string[]} external
 */
async function bundle(input, external) {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      modulePreload: { polyfill: false },
      rolldownOptions: { input, external: [...external], preserveEntrySignatures: 'strict' },
    },
  })
  const outputs = [result].flat().flatMap((built) => ('output' in built ? built.output : []))
  return outputs.map((file) => (file.type === 'chunk' ? file.code : '')).join('')
}
