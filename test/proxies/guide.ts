import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const PAGE = join(import.meta.dirname, '../../docs/how-to/proxy.md')

/** Returns the configuration in the guide's section of a proxy. @throws {Error} if there is none */
export function guideFor(proxy: string): string {
  const sections = readFileSync(PAGE, 'utf8').split(/^## /m)
  const section = sections.find((text) => text.startsWith(`${proxy} (`))
  const text = /^```\w+\n([^]*?)^```$/m.exec(section ?? '')?.[1]
  if (text === undefined) throw new Error(`the guide has no configuration for ${proxy}`)
  return text
}
