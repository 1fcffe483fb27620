import { existsSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { linksOf, read, ROOT } from './markdown.js'

const FOLDERS = ['.', 'docs', 'docs/how-to', 'docs/reference', 'docs/zh-CN', 'spec']
const MAX_README_LINES = 150

async function pages(): Promise<string[]> {
  const found = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(join(ROOT, folder))
      return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name))
    }),
  )
  return found.flat()
}

/** Returns the anchors that GitHub makes for the headings of a page. */
function anchorsOf(page: string): Set<string> {
  const headings = read(page).matchAll(/^#+ (.+)$/gm)
  return new Set([...headings].map(([, heading = '']) => anchorOf(heading)))
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

/** Whether the file of a link exists, and its heading if the link names one. */
function leadsSomewhere(page: string, address: string): boolean {
  const [path = '', anchor] = address.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(ROOT, target))) return false
  if (anchor === undefined || statSync(join(ROOT, target)).isDirectory()) return true
  return anchorsOf(target).has(anchor)
}

describe('the docs', () => {
  it('link to existing files and headings only', async () => {
    const broken = (await pages()).flatMap((page) =>
      linksOf(page)
        .filter((address) => !/^[a-z]+:/.test(address) && !leadsSomewhere(page, address))
        .map((address) => `${page}: ${address}`),
    )
    expect(broken).toEqual([])
  })

  it('list every page in their index', async () => {
    const index = new Set(
      linksOf('docs/README.md').map((address) => join('docs', address.split('#')[0]!)),
    )
    const missing = (await pages()).filter(
      (page) => page.startsWith('docs/') && page !== 'docs/README.md' && !index.has(page),
    )
    expect(missing).toEqual([])
  })

  it('start with a short README', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(MAX_README_LINES)
  })
})
