// Tells the service worker which files the application is made of.
import { hash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { type Build, BUILD, WORKER } from '../worker/build.js'

const ENTRY = /<script type="module"[^>]* src="\/(assets\/[^"]+)"/
const MODULE = /^\s*(?:import|export)\b/m

/** Writes the list of files into the worker, which must be one script without imports. */
export function offline(): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    writeBundle({ dir = 'dist' }) {
      const file = join(dir, WORKER)
      const code = readFileSync(file, 'utf8')
      if (code.split(BUILD).length !== 2 || MODULE.test(code)) {
        throw new Error(`${WORKER} must be one script in which ${BUILD} is once`)
      }
      writeFileSync(
        file,
        code.replace(BUILD, () => JSON.stringify(buildOf(dir))),
      )
    },
  }
}

function buildOf(dir: string): Build {
  const html = readFileSync(join(dir, 'index.html'), 'utf8')
  const [, entry] = ENTRY.exec(html) ?? []
  if (entry === undefined) throw new Error('index.html starts no script')
  const files = readdirSync(join(dir, 'assets'))
    .toSorted()
    .map((name) => ({
      url: `assets/${name}`,
      integrity: `sha384-${hash('sha384', readFileSync(join(dir, 'assets', name)), 'base64')}`,
    }))
  const version = hash('sha256', JSON.stringify([html, files]), 'base64url').slice(0, 16)
  return { version, entry, files }
}
