import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const PAGE = join(import.meta.dirname, '../../docs/how-to/sign-in.md')

/** Returns the code blocks of a language in the guide, in order. */
function blocks(language: string): string[] {
  const fences = readFileSync(PAGE, 'utf8').matchAll(/^```(\w+)\n([^]*?)^```$/gm)
  return [...fences].filter(([, name]) => name === language).map(([, , text = '']) => text)
}

/** Returns the only block of a language in the guide. @throws {Error} if there isn't exactly one */
export function guideBlock(language: string): string {
  const [block, ...others] = blocks(language)
  if (block === undefined || others.length > 0)
    throw new Error(`the guide must have exactly one block of ${language}`)
  return block
}

/**
 * Returns the variables that the guide sets for a mode.
 *
 * @param own in the place of the guide's, which has placeholders and addresses of an example
 */
export function guideVariables(
  mode: string,
  own: { readonly [name: string]: string } = {},
): { readonly [name: string]: string } {
  const found = blocks('env').filter((text) => text.includes(`WHEREABOUTS_AUTH=${mode}\n`))
  const lines = found.flatMap((text) => text.trim().split('\n'))
  const said = Object.fromEntries(lines.map((line) => line.split(/=(.*)/).slice(0, 2)))
  for (const name of Object.keys(own)) {
    if (!(name in said)) throw new Error(`the guide doesn't set ${name} for ${mode}`)
  }
  if (found.length !== 1) throw new Error(`the guide must have exactly one example of ${mode}`)
  return { ...said, ...own }
}

/** Replaces parts of a text; each part must exist. */
export function replaceAll(text: string, parts: { readonly [from: string]: string }): string {
  return Object.entries(parts).reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`the guide doesn't have "${from}"`)
    return changed.replaceAll(from, to)
  }, text)
}
