import type { Block } from '../../../../page-document/block.js'
import { t } from '../../../../language/language.js'
import type { Feature } from './left-out.js'
import { NumberingReader } from './numberings.js'
import { WordPackage } from './package.js'
import { BlockReader } from './read-blocks.js'
import { readImages } from './read-images.js'
import { Reading, TooMuch } from './reading.js'
import { Styles } from './styles.js'
import { childOf } from './xml.js'

export { describeLeftOut } from './left-out.js'

/** What a page can have of a file. */
export interface WordContent {
  readonly blocks: readonly Block[]
  readonly leftOut: ReadonlySet<Feature>
}

/**
 * Reads a file of Word.
 *
 * @throws {Error} whose message tells people why it can't be read
 * @see OFFICE.md PE25
 */
export async function readWord(bytes: Uint8Array, name: string): Promise<WordContent> {
  const file = new WordPackage(bytes, name)
  const body = childOf(file.text, 'w:body')
  if (body === undefined) throw new Error(t('page.wordDamaged', { name }))
  const parts = [file.partOf('styles'), file.partOf('numbering')] as const
  const images = await readImages(file)
  try {
    const styles = new Styles(parts[0])
    const numberings = new NumberingReader(parts[1], styles)
    const reading = new Reading(styles, numberings, file.targets, images)
    return { blocks: new BlockReader(reading).read(body), leftOut: reading.leftOut }
  } catch (error) {
    const isTooMuch = error instanceof TooMuch
    throw new Error(t(isTooMuch ? 'page.wordTooMuch' : 'page.wordDamaged', { name }), {
      cause: error,
    })
  }
}
