// Measures what a page downloads for the client: bundled with its imports, minified and compressed.
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/**
 * An entry point of the client, and its limit.
 *
 * @typedef {object} Entry
 * @property {string} name
 * @property {string} input
 * @property {readonly string[]} external packages that the page loads anyway
 * @property {number} maxGzipBytes
 */

/** @type {readonly Entry[]} */
const ENTRIES = [
  {
    name: 'client',
    input: 'packages/client/dist/index.js',
    external: [],
    // The last 832 bytes check every answer, and the server's limit of a location (PROTOCOL.md CL18,
    // CL26), name the problem of a deleted document (AD3), and follow what the server lets the client
    // do, with fresh headers (CL50 to CL54), wait as long as the server asks for (CL60), name the problems of access
    // (SR8, BU4), and keep the member key out of addresses (CL61). Another 2.5 KiB find the best way
    // through proxies, and notice a lost network in seconds (CL9, CL63 to CL66). 512 bytes more confirm
    // that the client is there (CL68 to CL73), and 64 post what is left when the page goes away (CL67).
    // 256 bytes more let rooms share a connection (CL74); what shares it is in client/tabs. Another 704 come back
    // to a slow server without asking it again and again (CL90 to CL95), and remove the member of a former user.
    // 420 more broadcast events, and pass them on once, in order, with how many were missed (CL110 to CL112).
    // 320 try what is left at once, and judge a POST stream as the others (CL98, CL99).
    // 200 notice events in lumps (CL128). 32 make each request with or without cookies (CL102). 140 show who holds
    // which lock (LK19); what takes a lock is in client/locks. 16 tell components where the client wants to be (CL106).
    // 32 say how long a confirmation took (IN8). 32 name the problem of a version that isn’t there (HY6); what reads
    // versions is in client/history.
    // 24 show nothing under names that objects inherit (CL133). 24 let a post say when its time begins (CL134).
    // 8 check a room’s name with what checks the names of comments and titles (HM7). 8 let it begin with comments~ beside
    // its length (CM1). 16 name the problem of a lost document (SR25).
    maxGzipBytes:
      8 * 1024 +
      832 +
      2_560 +
      512 +
      64 +
      256 +
      704 +
      420 +
      320 +
      200 +
      32 +
      140 +
      16 +
      32 +
      56 +
      24 +
      8 +
      8 +
      16,
  },
  {
    // For pages that are open in many tabs. About half of it, such as the reader of streams, is in the
    // client already. The last 128 bytes wait for a slow server (CL120). 8 name SR25’s problem.
    // 56 say that a tab was closed while it was frozen (CL77).
    name: 'client/tabs',
    input: 'packages/client/dist/tabs/index.js',
    external: [],
    maxGzipBytes: 8 * 1024 + 128 + 8 + 56,
  },
  {
    // For pages that lock something. About half of it, such as the problems and their titles, is in the
    // client already. The last 384 bytes make the calls for a key one after the other, tell of a release again,
    // release what was granted without an answer, and return no lock that is lost (LK24 to LK26). 8 name HY6’s problem, and 16 SR25’s.
    name: 'client/locks',
    input: 'packages/client/dist/locks.js',
    external: [],
    maxGzipBytes: 2 * 1024 + 384 + 384 + 8 + 16,
  },
  {
    // For pages that show the history of a document.
    name: 'client/history',
    input: 'packages/client/dist/history.js',
    external: [],
    maxGzipBytes: 704,
  },
  {
    // Without Yjs and idb. It tracks what the server has, splits large edits and rebuilds documents, so
    // that no edit is lost. The last 160 bytes keep what may not be written (CL55,
    // CL56), leave out the content of what was deleted (CL22), and take no event for an answer (DO54).
    // Another 256 post what waits when the page goes away (CL67), and 640 leave what isn’t stored to the next page (CL97), and store all again after a loss. 128 name the user whose copy it is (DO58), and know what was not saved (CL127).
    // 528 connect and disconnect as bindings ask for it, in y-websocket's words (YJ1 to YJ4), and keep subdocuments (YJ6). 24 load those again in a new document (YJ8). 184 keep what was never sent, whoever took its clocks (CL129). 16 post what was deleted, where that is kept (GC4).
    // 40 say who writes where nobody signs in (HY11). 88 cut at a fork, and wait and say so before another new document (CL130, CL131). 80 keep a subdocument without a room from holding up others, and say so (CL132). 24 give up a post that isn’t answered in time (CL134).
    // 448 tell a deleted document from a lost one, and a lost one from another (DO97), and say whose it was (CL135).
    name: 'client/yjs',
    input: 'packages/client/dist/yjs/index.js',
    external: ['yjs', 'idb'],
    maxGzipBytes: 12 * 1024 + 160 + 256 + 640 + 128 + 528 + 24 + 184 + 40 + 16 + 88 + 80 + 24 + 448,
  },
  {
    // Without Yjs. It reads, checks, plays and writes recordings, and shows any document as JSON (IN12 to IN17).
    name: 'client/recording',
    input: 'packages/client/dist/recording/index.js',
    external: ['yjs'],
    maxGzipBytes: 4 * 1024,
  },
  {
    // Without React and Yjs. About half of it, such as the reader of streams and recordings, is elsewhere already.
    name: 'client/react-inspector',
    input: 'packages/client/dist/react-inspector/inspector.js',
    external: ['react', 'react/jsx-runtime', 'yjs'],
    maxGzipBytes: 12 * 1024 + 512,
  },
]

for (const { name, input, external, maxGzipBytes } of ENTRIES) {
  const code = await bundle(input, external)
  const gzipBytes = gzipSync(code, { level: 9 }).length
  console.log(`${name}: ${code.length} bytes, ${gzipBytes} gzipped, at most ${maxGzipBytes}`)
  if (gzipBytes > maxGzipBytes) {
    console.error(`${name} exceeds its limit. Make it smaller, or raise the limit and explain why.`)
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
