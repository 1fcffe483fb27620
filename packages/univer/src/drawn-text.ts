import {
  InterceptorEffectEnum,
  WrapStrategy,
  type ICellDataForSheetInterceptor,
  type IDisposable,
  type Injector,
  toDisposable,
} from '@univerjs/core'
import { INTERCEPTOR_POINT, SheetInterceptorService } from '@univerjs/preset-sheets-core'

// The limit of Unicode's stream-safe text, see UAX #15; no language has more than a few.
const MOST_MARKS = 30
const STACK = new RegExp(`(\\p{M}{${MOST_MARKS}})\\p{M}+`, 'gu')
const MOST_WRAPPED = 5_000

/**
 * Limits the text that is drawn. A browser takes seconds to draw a letter with thousands of marks,
 * in every frame, and Univer takes half a second to wrap a text of 50,000 characters.
 *
 * @see OFFICE.md SH56, SH57
 */
export function limitDrawnText(injector: Injector): IDisposable {
  const stop = injector.get(SheetInterceptorService).intercept(INTERCEPTOR_POINT.CELL_CONTENT, {
    // Highest priority: this limits what the other interceptors return.
    priority: Infinity,
    effect: InterceptorEffectEnum.Value | InterceptorEffectEnum.Style,
    handler(cell, _, next) {
      const drawn = next(cell)
      return drawn ? limit(drawn) : drawn
    },
  })
  return toDisposable(stop)
}

function limit(cell: ICellDataForSheetInterceptor): ICellDataForSheetInterceptor {
  const { v: text } = cell
  if (typeof text !== 'string' || text.length <= MOST_MARKS) return cell
  const v = text.replaceAll(STACK, '$1')
  if (v.length <= MOST_WRAPPED) return v === text ? cell : { ...cell, v }
  return { ...cell, v, interceptorStyle: { ...cell.interceptorStyle, tb: WrapStrategy.CLIP } }
}
