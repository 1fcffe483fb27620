/** @typedef {{ name: string, version: string, private?: boolean, repository?: unknown, dependencies?: Record<string, string> }} Manifest */

/**
 * Returns why a package can't be published, in sentences that say what to do.
 *
 * @param {string} folder
 * @param {Manifest} manifest
 * @param {string | undefined} tag that the workflow runs for; none by hand
 */
export function faultsOf(folder, { version, repository }, tag) {
  const faults = []
  if (tag !== undefined && tag !== `v${version}`) {
    faults.push(
      `${folder}/package.json says version ${version}, and the tag is ${tag}. Tag the commit of the release that "npm run release:version" has prepared.`,
    )
  }
  if (repository === undefined) {
    faults.push(
      `${folder}/package.json has no "repository". Provenance names the public repository that a package was built from, and npm refuses one that isn't said there: add { "type": "git", "url": "git+https://…", "directory": "${folder}" }.`,
    )
  }
  return faults
}
