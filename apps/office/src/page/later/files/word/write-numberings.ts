import { LevelFormat, type INumberingOptions } from 'docx'
import { MAX_INDENT } from '../../../../page-document/attributes.js'
import { INDENT_TWIPS, SIGNS } from './looks.js'

type Definition = INumberingOptions['config'][number]

const HANGING_TWIPS = 360
const BULLETS = ['•', '◦', '▪'] as const
const SIGNED: readonly Definition[] = [
  signed('bullet', (level) => BULLETS[level % BULLETS.length]!),
  ...Object.entries(SIGNS).map(([kind, sign]) => signed(kind, () => sign)),
]

/** The lists of a file. Each numbered list is one of its own, so that it begins where the page's does. */
export class Numberings {
  readonly #starts: { readonly level: number; readonly start: number }[] = []

  get config(): readonly Definition[] {
    return [...SIGNED, ...this.#starts.map((_, list) => this.#numbered(list))]
  }

  /** Returns whether items of a kind have a sign before them. */
  has(kind: string): boolean {
    return SIGNED.some(({ reference }) => reference === kind)
  }

  /** Begins a numbered list. */
  number(level: number, start: number): number {
    return this.#starts.push({ level, start }) - 1
  }

  refer(list: number) {
    return { reference: `number${list}`, instance: 0 }
  }

  #numbered(list: number): Definition {
    const { level: own, start } = this.#starts[list]!
    return {
      reference: this.refer(list).reference,
      levels: levels((level) => ({
        format: LevelFormat.DECIMAL,
        text: `%${level + 1}.`,
        start: level === own ? start : 1,
      })),
    }
  }
}

function signed(reference: string, sign: (level: number) => string): Definition {
  return {
    reference,
    levels: levels((level) => ({ format: LevelFormat.BULLET, text: sign(level) })),
  }
}

type Level = Pick<Definition['levels'][number], 'format' | 'text' | 'start'>

function levels(levelAt: (level: number) => Level): Definition['levels'] {
  return Array.from({ length: MAX_INDENT + 1 }, (_, level) => ({
    ...levelAt(level),
    level,
    style: {
      paragraph: { indent: { start: (level + 1) * INDENT_TWIPS, hanging: HANGING_TWIPS } },
    },
  }))
}
