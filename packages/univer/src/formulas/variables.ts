/** What a formula has between references and names, as far as it says which calls these are in. */
const TOKEN = /"(?:[^"]|"")*"?|'(?:[^']|'')*'|\[[^\]]*\]?|(LET|LAMBDA)\s*\(|[\p{L}\p{N}_.]+|\S/giu

/** A call within a formula. */
interface Call {
  readonly kind: 'let' | 'lambda' | 'other'
  /** The number of the argument that is read. */
  argument: number
  /** Whether nothing of the argument has been read. */
  isAtBeginning: boolean
  /** The first argument in which each variable stands for something, by the variable in small letters. */
  readonly variables: Map<string, number>
}

/**
 * The variables of `LET` and `LAMBDA`, while a formula is read from its beginning to its end.
 *
 * @see OFFICE.md SH222
 */
export class Variables {
  readonly #calls: Call[] = []

  /** Reads a text without names. */
  pass(text: string): void {
    for (const [token, kind] of text.matchAll(TOKEN)) {
      if (kind !== undefined) this.#open(kind.toLowerCase() === 'let' ? 'let' : 'lambda')
      else if (token === '(' || token === '{') this.#open('other')
      else if (token === ')' || token === '}') this.#calls.pop()
      else if (token === ',') this.#goOn()
      else this.passOther()
    }
  }

  /** Reads something that is neither a text nor a variable. */
  passOther(): void {
    const call = this.#calls.at(-1)
    if (call !== undefined) call.isAtBeginning = false
  }

  /** Reads a name, and returns whether it is a variable. @param after the text behind it @param before the one before it */
  has(name: string, after: unknown, before: string): boolean {
    if (before.endsWith('!')) return false
    const [call, variable] = [this.#calls.at(-1), name.toLowerCase()]
    const isFollowed = typeof after === 'string' && /^\s*,/.test(after)
    if (call !== undefined && isFollowed && mayDeclare(call)) {
      // What it stands for in `LET` comes first, and can't be itself.
      const first = call.kind === 'let' ? call.argument + 2 : 0
      if (!call.variables.has(variable)) call.variables.set(variable, first)
      return true
    }
    return this.#calls.some(
      ({ variables, argument }) => argument >= (variables.get(variable) ?? Infinity),
    )
  }

  #open(kind: Call['kind']): void {
    this.passOther()
    this.#calls.push({ kind, argument: 0, isAtBeginning: true, variables: new Map() })
  }

  #goOn(): void {
    const call = this.#calls.at(-1)
    if (call === undefined) return
    call.argument += 1
    call.isAtBeginning = true
  }
}

const mayDeclare = ({ kind, argument, isAtBeginning }: Call): boolean =>
  isAtBeginning && (kind === 'lambda' || (kind === 'let' && argument % 2 === 0))
