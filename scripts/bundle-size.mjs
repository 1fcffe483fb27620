// What a page pays for the client: bundled with all that it imports, minified and compressed.
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const ENTRY = 'packages/client/dist/index.js'
const MAX_GZIP_BYTES = 8 * 1024

const result = await build({
  configFile: false,
  logLevel: 'warn',
  build: {
    write: false,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ENTRY, preserveEntrySignatures: 'strict' },
  },
})

const outputs = [result].flat().flatMap((built) => ('output' in built ? built.output : []))
const code = outputs.map((file) => (file.type === 'chunk' ? file.code : '')).join('')
const gzipBytes = gzipSync(code, { level: 9 }).length

console.log(`client: ${code.length} bytes, ${gzipBytes} gzipped, at most ${MAX_GZIP_BYTES}`)
if (gzipBytes > MAX_GZIP_BYTES) {
  console.error(`The client has grown past its bound. Make it smaller, or say here why not.`)
  process.exitCode = 1
}
