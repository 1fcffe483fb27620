/**
 * Returns the changelog with what was unreleased under a version. Summaries of changes are added to what
 * stands there already.
 *
 * @param {string} changelog
 * @param {{ version: string, date: string, summaries: readonly string[] }} release date as `2026-11-29`
 * @throws {Error} if there is nothing to release
 */
export function releaseChangelog(changelog, { version, date, summaries }) {
  const [before, rest] = changelog.split(/^## Unreleased\n/m)
  if (rest === undefined) throw new Error('CHANGELOG.md has no heading "## Unreleased"')
  const next = rest.search(/^## /m)
  const [unreleased, former] = next === -1 ? [rest, ''] : [rest.slice(0, next), rest.slice(next)]
  const added = summaries
    .map((summary) => `- ${summary.trim().replaceAll('\n', '\n  ')}\n`)
    .join('')
  const changes = [unreleased.trim(), added.trim()].filter((text) => text !== '').join('\n\n')
  if (changes === '')
    throw new Error('CHANGELOG.md has nothing under "## Unreleased", and there are no changesets')
  return (
    `${before}## Unreleased\n\n## ${version} (${date})\n\n${changes}\n\n${former}`.trimEnd() + '\n'
  )
}

/**
 * Returns what a changeset says to users, without the names of the packages.
 *
 * @param {string} text of a file in .changeset
 */
export function summaryOf(text) {
  return text.replace(/^---\n[^]*?\n---\n/, '').trim()
}
