import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { releaseChangelog, summaryOf } from '../../scripts/release/changelog.mjs'
import { faultsOf } from '../../scripts/release/faults.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

const CHANGELOG = `# Changelog

## Unreleased

### Added

- A room.

## 0.1.0 (2026-11-01)

- The first.
`

describe('a release', () => {
  it('moves what was unreleased under its version, and adds what changesets say', () => {
    const text = '---\n"@whereabouts/server": minor\n---\n\nA second room,\nwith a door.\n'
    const release = { version: '0.2.0', date: '2026-12-01', summaries: [summaryOf(text)] }
    expect(releaseChangelog(CHANGELOG, release)).toBe(`# Changelog

## Unreleased

## 0.2.0 (2026-12-01)

### Added

- A room.

- A second room,
  with a door.

## 0.1.0 (2026-11-01)

- The first.
`)
  })

  it('is refused without anything to release', () => {
    const empty = '# Changelog\n\n## Unreleased\n'
    const release = { version: '0.2.0', date: '2026-12-01', summaries: [] }
    expect(() => releaseChangelog(empty, release)).toThrow('nothing under "## Unreleased"')
  })

  it('publishes nothing from packages that don’t say their repository', async () => {
    const publish = run(process.execPath, ['scripts/release/publish.mjs'], { cwd: ROOT })
    await expect(publish).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('packages/server/package.json has no "repository"'),
    })
  })

  it('publishes a version for its own tag, or by hand, and for no other', () => {
    const manifest = { name: 'client', version: '0.2.0', repository: {} }
    const of = (tag?: string) => faultsOf('packages/client', manifest, tag)
    expect([of('v0.2.0'), of()]).toEqual([[], []])
    const other = 'packages/client/package.json says version 0.2.0, and the tag is '
    for (const tag of ['v0.1.1', 'v0.2.0-beta.1', '0.2.0', 'main']) {
      expect(of(tag)).toEqual([expect.stringContaining(`${other}${tag}.`)])
    }
  })

  it('asks for the tag that the workflow runs for', async () => {
    const env = { ...process.env, GITHUB_REF_NAME: 'v999.0.0' }
    const publish = run(process.execPath, ['scripts/release/publish.mjs'], { cwd: ROOT, env })
    await expect(publish).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the tag is v999.0.0'),
    })
  })

  it('gives all packages one version, which the examples ask for', async () => {
    const manifests = await Promise.all(['packages', 'examples'].map(manifestsIn))
    const versions = manifests.flat().flatMap(({ version, dependencies, devDependencies }) => [
      version,
      ...Object.entries({ ...dependencies, ...devDependencies })
        .filter(([name]) => name.startsWith('@whereabouts/'))
        .map(([, asked]) => asked),
    ])
    expect(new Set(versions.filter((version) => version !== undefined)).size).toBe(1)
  })
})

interface Manifest {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

async function manifestsIn(folder: string): Promise<Manifest[]> {
  const names = await readdir(join(ROOT, folder))
  const texts = await Promise.all(
    names.map((name) =>
      readFile(join(ROOT, folder, name, 'package.json'), 'utf8').catch(() => '{}'),
    ),
  )
  return texts.map((text) => JSON.parse(text) as Manifest)
}
