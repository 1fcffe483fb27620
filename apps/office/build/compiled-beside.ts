import type { Plugin } from 'vite'

// Most of what these have is called until a sheet is drawn: Univer, React, and the client with Yjs.
const CALLED_ON_LOAD = /^(?:client|open-sheet|es|grid|react)$/
const HINT = '//# allFunctionsCalledOnLoad\n'

const hintFor = (name: string): string => (CALLED_ON_LOAD.test(name) ? HINT : '')

/**
 * Has browsers that know the comment compile these scripts beside the page, while they arrive. Otherwise each
 * function is compiled by the page's main thread when it is first called.
 *
 * @see OFFICE.md SH133
 */
export const compiledBeside: Plugin = {
  name: 'compiled-beside',
  apply: 'build',
  enforce: 'post',
  augmentChunkHash: ({ name }) => hintFor(name),
  generateBundle: {
    // Nothing may stand before the comment; Vite puts its list of files there.
    order: 'post',
    handler(_options, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type === 'chunk') part.code = hintFor(part.name) + part.code
      }
    },
  },
}
