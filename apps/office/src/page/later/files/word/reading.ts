import { paragraph, type Block } from '../../../../page-document/block.js'
import type { Feature } from './left-out.js'
import type { NumberingReader } from './numberings.js'
import type { Target } from './package.js'
import type { Styles } from './styles.js'

/** A page with more blocks than this can't be edited fluently. */
const MAX_BLOCKS = 20_000
/** All images of a file together, as much as a file of HTML could have. */
const MAX_IMAGE_CHARACTERS = 5 * 1024 * 1024
const MAX_CHARACTERS = 5 * 1024 * 1024
/** People's texts are never nested this deeply. */
const MAX_DEPTH = 200

/** A file with more in it than a page can have. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch'
}

/** An image of a file, as the page has images. */
export interface ReadImage {
  readonly src: string
  /** In pixels. */
  readonly width: number
}

/** What is known of a file while it is read, and what was counted so far. */
export class Reading {
  readonly leftOut = new Set<Feature>()
  #blocks = 0
  #characters = 0
  #imageCharacters = 0
  #depth = 0

  constructor(
    readonly styles: Styles,
    readonly numberings: NumberingReader,
    readonly targets: ReadonlyMap<string, Target>,
    /** By the id of what the text refers to. */
    private readonly images: ReadonlyMap<string, ReadImage>,
  ) {}

  /** @throws {TooMuch} */
  countBlocks(count = 1): void {
    this.#blocks += count
    if (this.#blocks > MAX_BLOCKS) throw new TooMuch()
  }

  /** @throws {TooMuch} */
  countText({ length }: string): void {
    this.#characters += length
    if (this.#characters > MAX_CHARACTERS) throw new TooMuch()
  }

  /** Returns an image; notes that it is left out if it can't be read, or if there is no room for it. */
  imageOf(id: string): ReadImage | undefined {
    const image = this.images.get(id)
    const length = image?.src.length ?? 0
    if (image === undefined || this.#imageCharacters + length > MAX_IMAGE_CHARACTERS) {
      this.leftOut.add('images')
      return undefined
    }
    this.#imageCharacters += length
    return image
  }

  /** @throws {TooMuch} if something is nested too deeply */
  assertDepth(depth: number): void {
    if (depth > MAX_DEPTH) throw new TooMuch()
  }

  /** Reads what is within something. @throws {TooMuch} */
  within(read: () => void): void {
    this.assertDepth(++this.#depth)
    read()
    this.#depth--
  }
}

/** Returns blocks without the empty paragraph that each cell and each text box has at least. */
export const withoutBlank = (blocks: readonly Block[]): readonly Block[] => {
  const [only] = blocks
  return blocks.length === 1 && only!.type === paragraph().type && only!.content.length === 0
    ? []
    : blocks
}
