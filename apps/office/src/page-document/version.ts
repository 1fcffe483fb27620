import { isKnownFormat } from '@whereabouts/univer/document'
import type { Doc } from 'yjs'
import type { Block } from './block.js'
import { carryOver } from './carry-over.js'
import { PageDocument } from './page-document.js'
import { PAGE_FORMAT } from './page-format.js'

/**
 * Returns the blocks of a version of a page; `undefined` if it is in a newer format. One in an older format is
 * converted, so pass a document that nobody else has.
 */
export function blocksOf(version: Doc): readonly Block[] | undefined {
  if (!isKnownFormat(version, PAGE_FORMAT)) return undefined
  carryOver(version)
  const page = new PageDocument(version)
  page.mend()
  const { blocks } = page
  page.destroy()
  return blocks
}
