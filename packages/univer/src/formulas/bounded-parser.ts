import {
  AstTreeBuilder,
  ErrorType,
  Lexer,
  type Interpreter,
  type LexerNode,
  type LexerTreeBuilder,
} from '@univerjs/engine-formula'
import { BOUNDS } from './bounds.js'
import type { Names } from './names.js'

type Node = Exclude<Parameters<Interpreter['checkAsyncNode']>[0], null | undefined | void>

const TOO_MUCH = `=${ErrorType.CALC}`

/** Reads a formula that can't be parsed as an error, so that all others are still read, and writes out names. */
export class BoundedLexer extends Lexer {
  readonly #names: Names

  constructor(names: Names, ...parts: ConstructorParameters<typeof Lexer>) {
    super(...parts)
    this.#names = names
  }

  override treeBuilder(
    ...[formula, ...args]: Parameters<Lexer['treeBuilder']>
  ): ReturnType<Lexer['treeBuilder']> {
    try {
      return super.treeBuilder(this.#names.expand(formula) ?? TOO_MUCH, ...args)
    } catch {
      return super.treeBuilder(TOO_MUCH)
    }
  }
}

/**
 * Reads a formula that is nested too deeply as an error, since walking through it would overflow
 * the stack.
 */
export class BoundedParser extends AstTreeBuilder {
  readonly #lexer: LexerTreeBuilder

  constructor(lexer: LexerTreeBuilder, ...parts: ConstructorParameters<typeof AstTreeBuilder>) {
    super(...parts)
    this.#lexer = lexer
  }

  override parse(lexerNode: LexerNode): ReturnType<AstTreeBuilder['parse']> {
    try {
      const node = super.parse(lexerNode)
      if (node === null || node === undefined || depthOf(node) <= BOUNDS.depth) return node
    } catch {
      // Treated like a formula that is too deep.
    }
    return super.parse(this.#lexer.treeBuilder(TOO_MUCH) as LexerNode)
  }
}

function depthOf(root: Node): number {
  let depth = 0
  for (let level: readonly Node[] = [root]; level.length > 0; depth++) {
    level = level.flatMap((node) => node.getChildren())
  }
  return depth
}
