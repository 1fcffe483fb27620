// Writes the script that the page waits for before it is painted.
import { hash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { FIRST_LOOK } from '../src/looks/first-look.js'

const CHARSET = '<meta charset="utf-8" />'

/** Before the style sheets, as a script waits for those before it. */
export function firstLook(): Plugin {
  return {
    name: 'first-look',
    apply: 'build',
    writeBundle({ dir = 'dist' }) {
      const address = `assets/first-look-${hash('sha256', FIRST_LOOK, 'base64url').slice(0, 8)}.js`
      const page = join(dir, 'index.html')
      const [before, after, ...more] = readFileSync(page, 'utf8').split(CHARSET)
      if (after === undefined || more.length > 0) throw new Error(`index.html needs one ${CHARSET}`)
      writeFileSync(join(dir, address), FIRST_LOOK)
      writeFileSync(page, `${before}${CHARSET}\n    <script src="/${address}"></script>${after}`)
    },
  }
}
