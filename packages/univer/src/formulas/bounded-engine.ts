import { LocaleType, Univer, type Injector } from '@univerjs/core'
import {
  AstRootNodeFactory,
  AstTreeBuilder,
  CELL_INVERTED_INDEX_CACHE,
  FORMULA_REF_TO_ARRAY_CACHE,
  FunctionNodeFactory,
  IDefinedNamesService,
  IFormulaCurrentConfigService,
  IFormulaRuntimeService,
  IFunctionService,
  Interpreter,
  LambdaNodeFactory,
  LambdaParameterNodeFactory,
  Lexer,
  LexerTreeBuilder,
  OperatorNodeFactory,
  PrefixNodeFactory,
  ReferenceNodeFactory,
  SuffixNodeFactory,
  UnionNodeFactory,
  UniverFormulaEnginePlugin,
  ValueNodeFactory,
} from '@univerjs/engine-formula'
import { UniverSheetsPlugin } from '@univerjs/sheets'
import type { Allowance } from './allowance.js'
import { BoundedInterpreter, type Course } from './bounded-interpreter.js'
import { Names } from './names.js'
import { BoundedLexer, BoundedParser } from './bounded-parser.js'

/** Starts a Univer that has only sheets and formulas, and limits each formula. */
export function startEngine(
  allowance: Allowance,
  course: Course,
  names: Names = new Names(),
): Injector {
  const univer = new Univer({ locale: LocaleType.EN_US, locales: { [LocaleType.EN_US]: {} } })
  univer.registerPlugin(UniverFormulaEnginePlugin)
  univer.registerPlugin(UniverSheetsPlugin, { onlyRegisterFormulaRelatedMutations: true })
  const injector = univer.__getInjector()
  injector.replace([
    Interpreter,
    {
      useFactory: (runtime: IFormulaRuntimeService) =>
        new BoundedInterpreter(runtime, allowance, course),
      deps: [IFormulaRuntimeService],
    },
  ])
  injector.replace([
    Lexer,
    {
      useFactory: (...parts: ConstructorParameters<typeof Lexer>) =>
        new BoundedLexer(names, ...parts),
      deps: [IDefinedNamesService, LexerTreeBuilder, IFormulaCurrentConfigService],
    },
  ])
  injector.replace([
    AstTreeBuilder,
    {
      useFactory: (...parts: ConstructorParameters<typeof BoundedParser>) =>
        new BoundedParser(...parts),
      deps: [LexerTreeBuilder, IFormulaRuntimeService, ...NODES],
    },
  ])
  return injector
}

// Univer's parser tries the nodes in this order.
const NODES = [
  AstRootNodeFactory,
  FunctionNodeFactory,
  LambdaNodeFactory,
  LambdaParameterNodeFactory,
  OperatorNodeFactory,
  PrefixNodeFactory,
  ReferenceNodeFactory,
  SuffixNodeFactory,
  UnionNodeFactory,
  ValueNodeFactory,
]

/** Drops the formulas that Univer has read, which it keeps by their texts. */
export function forgetFormulas(injector: Injector): void {
  injector.get(IFunctionService).deleteFormulaAstCacheKey('')
}

/** Drops the values of ranges and columns, which Univer caches for a whole run. */
export function forgetRanges(): void {
  FORMULA_REF_TO_ARRAY_CACHE.clear()
  CELL_INVERTED_INDEX_CACHE.clear()
}
