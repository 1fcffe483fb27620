// Writes the list of all shipped packages (CycloneDX), and fails on a licence that isn't accepted
// or on a package in the web application that isn't listed. The web application must be built.
import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import satisfies from 'spdx-satisfies'

const TOOL = 'scripts/sbom/node_modules/@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js'
const SBOM = 'apps/standalone/dist/sbom.cdx.json'
const BUNDLED = 'apps/office/dist/.vite/license.json'

/**
 * BlueOak-1.0.0 asks for as little as MIT, and grants patents beside that. MPL-2.0 is for dependencies that stay as
 * they are.
 *
 * @see CONTRIBUTING.md
 */
const ACCEPTED = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'MPL-2.0',
]

/** Packages whose manifest names no licence, with the licence from another source. */
const SAID_ELSEWHERE = new Map([
  ['@univerjs/telemetry', 'Apache-2.0'], // Its file LICENSE.
])

/**
 * @typedef {{ license?: { id?: string, name?: string }, expression?: string }} Licence
 * @typedef {{ group?: string, name: string, version: string, licenses?: readonly Licence[], purl?: string }} Component
 */

execFileSync(process.execPath, [
  TOOL,
  '--omit',
  'dev',
  '--output-reproducible',
  '--flatten-components',
  ...['standalone', 'office'].flatMap((name) => ['--workspace', `@whereabouts/${name}`]),
  '--output-file',
  SBOM,
])
/** @type {{ components: readonly Component[] }} */
const { components } = JSON.parse(readFileSync(SBOM, 'utf8'))
/** @type {readonly { name: string, version: string }[]} */
const bundled = JSON.parse(readFileSync(BUNDLED, 'utf8'))
const listed = new Set(components.map((component) => `${nameOf(component)} ${component.version}`))

const faults = [
  ...components
    .filter((component) => !isAccepted(licenceOf(component)))
    .map((component) => `${nameOf(component)}: ${licenceOf(component)} isn't an accepted licence`),
  ...bundled
    .map(({ name, version }) => `${name} ${version}`)
    .filter((name) => !listed.has(name))
    .map((name) => `${name} is in the web application, and not in ${SBOM}`),
]
for (const fault of faults) console.error(fault)
console.log(
  `${components.length} packages are shipped, ${bundled.length} of them in the web application: ${SBOM}`,
)
if (components.length < 100 || bundled.length < 50) throw new Error('the lists are not complete')
if (faults.length > 0) process.exitCode = 1

/** @param {Component} component */
function nameOf({ group, name }) {
  return group ? `${group}/${name}` : name
}

/** @param {Component} component */
function licenceOf(component) {
  const said = component.licenses?.map(
    ({ license, expression }) => expression ?? license?.id ?? license?.name,
  )
  if (said === undefined || said.length === 0)
    return SAID_ELSEWHERE.get(nameOf(component)) ?? 'none'
  return said.join(' AND ')
}

/** @param {string} expression */
function isAccepted(expression) {
  try {
    return satisfies(expression, ACCEPTED)
  } catch {
    // The text isn't an SPDX expression.
    return false
  }
}
