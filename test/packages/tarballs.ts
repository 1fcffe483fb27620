import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const run = promisify(execFile)

const PACKAGES = ['protocol', 'client', 'server', 'nestjs']

/** What a test reads of a package.json. */
export interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** The packages as npm would publish them, each in a tarball. */
export class Tarballs implements AsyncDisposable {
  private constructor(
    private readonly folder: string,
    private readonly files: ReadonlyMap<string, string>,
  ) {}

  /** Packs what is built. */
  static async pack(): Promise<Tarballs> {
    const folder = await mkdtemp(join(tmpdir(), 'whereabouts-tarballs-'))
    const workspaces = PACKAGES.flatMap((name) => ['--workspace', `packages/${name}`])
    const options = ['--ignore-scripts', '--json', '--pack-destination', folder]
    const { stdout } = await run('npm', ['pack', ...workspaces, ...options], {
      cwd: ROOT,
      maxBuffer: 1e8,
    })
    const packed = Object.values(JSON.parse(stdout) as Record<string, Packed>)
    return new Tarballs(
      folder,
      new Map(packed.map(({ name, filename }) => [name, join(folder, filename)])),
    )
  }

  /** @throws {Error} if there is no package of that name */
  fileOf(name: string): string {
    const file = this.files.get(name)
    if (file === undefined) throw new Error(`${name} isn't one of the packages`)
    return file
  }

  /** Returns dependencies with the tarballs of our packages, and of those that these need. */
  async resolve(dependencies: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const ours = await withNeeded(Object.keys(dependencies).filter(isOurs))
    const tarballs = ours.map((name) => [name, `file:${this.fileOf(name)}`] as const)
    return { ...dependencies, ...Object.fromEntries(tarballs) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

interface Packed {
  readonly name: string
  readonly filename: string
}

export function isOurs(name: string): boolean {
  return name.startsWith('@whereabouts/')
}

async function withNeeded(names: readonly string[]): Promise<string[]> {
  const needed = await Promise.all(
    names.map(async (name) => {
      const folder = join(ROOT, 'packages', name.replace('@whereabouts/', ''))
      const { dependencies = {} } = await readManifest(folder)
      return withNeeded(Object.keys(dependencies).filter(isOurs))
    }),
  )
  return [...new Set([...names, ...needed.flat()])]
}
