import type { Bound, Effect } from '../document/effect.js'

type Icons = Extract<Effect<string>, { readonly type: 'iconSet' }>

/** The sets whose first icon is for the lowest values; that of the others is for the highest. */
const FROM_LOWEST: ReadonlySet<string> = new Set(['4Rating', '5Rating'])
/** Sets that files of all programs have, for those that they don't have. */
const INSTEAD: { readonly [name: string]: string } = {
  '3Triangles': '3Arrows',
  '3Stars': '3Signs',
  '5Boxes': '5Rating',
  _5Felling: '5Quarters',
}
const LOWEST: Bound<string> = { type: 'percent', value: 0 }

/** Where icons begin, from the lowest one on. */
interface FileIcons {
  readonly iconSet: string
  readonly bounds: readonly Bound<string>[]
  readonly isReversed: boolean
}

/** Returns the icons of a file in Univer's order, from the highest one on. */
export function readIcons({ iconSet, bounds, isReversed }: FileIcons): unknown[] {
  const last = bounds.length - 1
  return bounds.toReversed().map((value, at) => ({
    operator: at === last ? 'lessThan' : 'greaterThanOrEqual',
    value: at === last ? bounds[1] : value,
    iconType: iconSet,
    iconId: String(isReversed === FROM_LOWEST.has(iconSet) ? at : last - at),
  }))
}

/** Returns the icons as a file has them: all of one set, and in its order or the reverse one. */
export function writeIcons({ config }: Icons): FileIcons {
  const last = config.length - 1
  const [highest] = config
  const own = config.find(({ iconType }) => iconType !== 'EMPTY_ICON_TYPE')?.iconType
  const name = own?.includes(String(config.length)) === true ? own : DEFAULTS[config.length]!
  const isFirst = highest!.iconType === name && highest!.iconId === '0'
  const isLast = highest!.iconType === name && highest!.iconId === String(last)
  return {
    iconSet: INSTEAD[name] ?? name,
    bounds: [
      LOWEST,
      ...config
        .slice(0, -1)
        .map(({ value }) => value)
        .toReversed(),
    ],
    isReversed: FROM_LOWEST.has(name) ? isFirst : isLast,
  }
}

const DEFAULTS: { readonly [count: number]: string } = {
  2: '3Arrows',
  3: '3Arrows',
  4: '4Arrows',
  5: '5Arrows',
}
