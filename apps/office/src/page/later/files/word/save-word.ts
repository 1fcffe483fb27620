import type { Block } from '../../../../page-document/block.js'
import { shadeOf } from '../../../clipboard/shades.js'
import { hexOf } from './colors.js'
import { imagesFor } from './write-images.js'
import { writeWord } from './write-word.js'

/** Returns a page as a file of Word, with the shades that it has on white paper. @see OFFICE.md PE24 */
export async function pageAsWord(
  title: string | undefined,
  blocks: readonly Block[],
): Promise<Blob> {
  const images = await imagesFor(blocks)
  return writeWord(blocks, { title, images, shade: (color, kind) => hexOf(shadeOf(color, kind)) })
}
