/** What a text consists of. */
export interface Count {
  /** Words; of Chinese and Japanese text, characters. */
  readonly words: number
  /** Characters that people see, without line ends. */
  readonly characters: number
  readonly withoutSpaces: number
}

// These are written without spaces between words.
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’.,_-][\p{L}\p{N}\p{M}]+)*/gu

/**
 * Counts a text as word processors do.
 *
 * @example countText('看 two words').words // 3
 */
export function countText(text: string): Count {
  const characters = Array.from(text.replaceAll('\n', '')).length
  const spaces = text.match(/[^\S\n]/g)?.length ?? 0
  const unspaced = text.match(UNSPACED)?.length ?? 0
  const words = text.replaceAll(UNSPACED, ' ').match(WORD)?.length ?? 0
  return { words: unspaced + words, characters, withoutSpaces: characters - spaces }
}
