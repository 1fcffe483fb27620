import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROXIES } from './proxies.js'

const GUIDE = readFileSync(join(import.meta.dirname, '../../../../docs/how-to/proxy.md'), 'utf8')

/** Returns the text of a section, whatever follows its name in the heading. */
function sectionOf(name: string): string {
  const sections = GUIDE.split(/^## /m)
  return sections.find((text) => text.startsWith(`${name} (`)) ?? ''
}

describe('what the doctor says to write', () => {
  it.each(PROXIES)('[DR12] for $name is in the guide’s section', ({ section, lines }) => {
    const text = sectionOf(section)
    const all = Object.values(lines).flat()
    expect(all.length).toBeGreaterThan(0)
    for (const line of all) expect(text).toContain(line)
  })
})
