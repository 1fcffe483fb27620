// The lockfile installs anywhere: no package of it is tied to the address of one registry, and each
// one carries the hash that it must have.
import { readFileSync } from 'node:fs'

/** @typedef {{ link?: boolean, resolved?: string, integrity?: string }} Locked */

/** @type {{ packages: Record<string, Locked> }} */
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const installed = Object.entries(packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
)

const faults = installed.flatMap(([path, { resolved, integrity }]) => [
  ...(resolved === undefined ? [] : [`${path} has a "resolved" address`]),
  ...(integrity === undefined ? [`${path} has no "integrity"`] : []),
])

for (const fault of faults) console.error(`package-lock.json: ${fault}`)
if (faults.length > 0) {
  console.error('Lock again with "npm install --omit-lockfile-registry-resolved".')
  process.exitCode = 1
} else {
  console.log(`${installed.length} packages, none tied to a registry`)
}
