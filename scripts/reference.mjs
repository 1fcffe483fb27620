// Generates the tables of docs/reference/ from the code: options, calls and metrics.
// `npm run reference` writes them; with --check it fails if they are not up to date.
import 'reflect-metadata'
import { readFileSync, writeFileSync } from 'node:fs'
import { NestFactory } from '@nestjs/core'
import { DEFAULTS, WhereaboutsModule } from '@whereabouts/nestjs'
import { callsTable } from './reference/calls.mjs'
import { PROBLEMS } from '@whereabouts/protocol'
import { metricsTable } from './reference/metrics.mjs'
import { optionsTable } from './reference/options.mjs'
import { shapesText } from './reference/shapes.mjs'
import { table } from './reference/table.mjs'

const isCheck = process.argv.includes('--check')
const OPTIONS = readFileSync('packages/server/src/options.ts', 'utf8')

const module = WhereaboutsModule.forRoot({ auth: 'open', operations: true })
const app = await NestFactory.create(module, { logger: ['error'] })
await app.listen(0, '127.0.0.1')
const base = await app.getUrl()
/** @type {import('./reference/calls.mjs').OpenApi} */
const openapi = await (await fetch(`${base}/openapi.json`)).json()
const metrics = await (await fetch(`${base}/metrics`)).text()
await app.close()

const isUpToDate = [
  write('docs/reference/options.md', 'options', optionsTable(OPTIONS, DEFAULTS)),
  write('docs/reference/http.md', 'calls', callsTable(openapi)),
  write('docs/reference/http.md', 'shapes', shapesText(openapi.components.schemas)),
  write('docs/reference/http.md', 'problems', problemsTable()),
  write('docs/reference/metrics.md', 'metrics', metricsTable(metrics)),
].every(Boolean)
if (isCheck && !isUpToDate) process.exitCode = 1

function problemsTable() {
  const rows = Object.entries(PROBLEMS).map(([name, { status, title }]) => [
    `\`${name}\``,
    String(status),
    title,
  ])
  return table(['problem', 'status', 'title'], rows)
}

/**
 * Writes a text between the two comments that name it; with --check, reports a difference instead.
 *
 * @param {string} page
 * @param {string} name
 * @param {string} text
 */
function write(page, name, text) {
  const before = readFileSync(page, 'utf8')
  const block = new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- /${name} -->)`)
  if (!block.test(before)) throw new Error(`${page} has no place for ${name}`)
  const after = before.replace(block, (_all, start, end) => `${start}\n${text}\n${end}`)
  if (after === before) return true
  if (isCheck) console.error(`${page} is not up to date`)
  else writeFileSync(page, after)
  return false
}
