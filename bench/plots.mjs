import { format } from './report.mjs'
import { element, picture, text } from './svg.mjs'

const WIDTH = 820
const TOP = 44
/** Values beyond the limit by this factor are not drawn. */
const BEYOND = 20
const LABEL_PX = 15
const NUMBER_PX = 40

/**
 * Draws the plots of a report.
 *
 * @param {import('./report.mjs').Report} report
 * @returns {{ suffix: string, title: string, svg: string }[]}
 */
export function plotsOf(report) {
  const { plot } = report
  const title = plain(report.title)
  if (plot === undefined) return []
  if (plot.kind === 'bars') return [{ suffix: '', title, svg: bars(report, plot) }]
  const carried = `${plot.axis} with p99 within ${plot.limit} ms`
  return [
    { suffix: '', title, svg: bars(report, { key: 'level', axis: carried }) },
    { suffix: '-p99', title: `${title} (p99)`, svg: curves(report, plot) },
  ]
}

/**
 * Draws one bar per contestant, the best on top, with the minimum and maximum of its runs.
 *
 * @param {import('./report.mjs').Report} report
 * @param {{ key: string, axis: string }} plot
 */
function bars({ title, rows, columns }, { key, axis }) {
  const rowPx = 26
  const left = 250
  const right = WIDTH - 90
  const most = columns.find((column) => column.key === key)?.best === 'most'
  const shown = rows
    .flatMap(({ name, title: label, figures }) => {
      const spread = figures[key]
      return spread === undefined ? [] : [{ name, label, spread }]
    })
    .toSorted((a, b) => (a.spread.median - b.spread.median) * (most ? -1 : 1))
  const longest = Math.max(...shown.map(({ spread }) => spread.most), Number.MIN_VALUE)
  const x = (/** @type {number} */ value) => left + (value / longest) * (right - left)
  const content = shown.flatMap(({ name, label, spread }, index) => {
    const y = TOP + 14 + index * rowPx
    const { median, least, most: top } = spread
    const middle = y + rowPx / 2 - 4
    return [
      text(plain(label), { x: left - 10, y: middle + 5, 'text-anchor': 'end' }),
      element('rect', {
        class: `bar ${kindOf(name)}`,
        x: left,
        y,
        width: x(median) - left,
        height: 18,
      }),
      ...(top - least > median * 0.02
        ? [element('line', { class: 'whisker', x1: x(least), x2: x(top), y1: middle, y2: middle })]
        : []),
      text(format(median), { x: x(Math.max(median, top)) + 8, y: middle + 5 }),
    ]
  })
  const height = TOP + 14 + shown.length * rowPx + 34
  const description = shown
    .map(({ label, spread }) => `${plain(label)}: ${format(spread.median)}`)
    .join('; ')
  return picture(
    { width: WIDTH, height, title: plain(title), description: `${axis}. ${description}.` },
    [
      ...content,
      element('line', { class: 'rule', x1: left, x2: left, y1: TOP + 8, y2: height - 36 }),
      text(axis, { class: 'quiet', x: left, y: height - 12 }),
    ],
  )
}

/**
 * Draws p99 over the load, both logarithmic, and the limit.
 *
 * @param {import('./report.mjs').Report} report
 * @param {{ axis: string, limit: number }} plot
 */
function curves({ title, rows }, { axis, limit }) {
  const height = 470
  const area = { left: 60, right: WIDTH - 262, top: TOP + 22, bottom: height - 52 }
  const ceiling = limit * BEYOND
  const lines = rows.flatMap(({ name, title: label, steps }) => {
    const points = steps.flatMap(({ level = 0, p99 }) => [{ level, ms: p99 ?? ceiling }])
    return points.length === 0
      ? []
      : [{ name, label: plain(label), points: untilBeyond(points, limit) }]
  })
  const levels = [
    ...new Set(lines.flatMap(({ points }) => points.map(({ level }) => level))),
  ].toSorted((a, b) => a - b)
  const x = logarithmic(levels[0] ?? 1, levels.at(-1) ?? 10, area.left + 10, area.right)
  const y = logarithmic(1, ceiling, area.bottom, area.top)
  const place = (/** @type {{ level: number, ms: number }} */ { level, ms }) => ({
    x: x(level),
    y: y(Math.min(Math.max(ms, 1), ceiling)),
  })
  const drawn = lines.map((line) => ({ ...line, places: line.points.map(place) }))
  const description = rows
    .flatMap(({ title: label, figures }) => {
      const spread = figures['level']
      return spread === undefined ? [] : [`${plain(label)}: ${format(spread.median)}`]
    })
    .join('; ')
  return picture(
    {
      width: WIDTH,
      height,
      title: plain(title),
      description: `p99 against ${axis}. Within ${limit} ms: ${description}.`,
    },
    [
      ...axes(area, { levels, x, y, ceiling, axis }),
      element('line', {
        class: 'limit',
        x1: area.left,
        x2: area.right,
        y1: y(limit),
        y2: y(limit),
      }),
      text(`${limit} ms`, { class: 'limit-text', x: area.left + 6, y: y(limit) - 6 }),
      ...drawn.toSorted(byKind).flatMap(({ name, places }) => curve(kindOf(name), places)),
      ...labels(drawn, area.right + 26),
    ],
  )
}

/**
 * @param {{ left: number, right: number, top: number, bottom: number }} area
 * @param {{ levels: readonly number[], x: (value: number) => number, y: (value: number) => number, ceiling: number, axis: string }} scales
 */
function axes({ left, right, top, bottom }, { levels, x, y, ceiling, axis }) {
  const times = [1, 10, 100, 1_000, 10_000].filter((ms) => ms <= ceiling)
  return [
    text('p99, ms', { class: 'quiet', x: 16, y: top - 10 }),
    ...times.flatMap((ms) => [
      element('line', { class: 'rule', x1: left, x2: right, y1: y(ms), y2: y(ms) }),
      text(format(ms), { class: 'quiet', x: left - 8, y: y(ms) + 4, 'text-anchor': 'end' }),
    ]),
    ...apart(levels, x).map((level) =>
      text(format(level), {
        class: 'quiet',
        x: x(level),
        y: bottom + 20,
        'text-anchor': 'middle',
      }),
    ),
    text(axis, { class: 'quiet', x: (left + right) / 2, y: bottom + 42, 'text-anchor': 'middle' }),
  ]
}

/**
 * Selects the levels whose numbers fit on the axis, always including the last one.
 *
 * @param {readonly number[]} levels
 * @param {(value: number) => number} x
 */
function apart(levels, x) {
  let free = Infinity
  return levels.toReversed().filter((level) => {
    if (x(level) > free) return false
    free = x(level) - NUMBER_PX
    return true
  })
}

/**
 * @param {string} kind
 * @param {readonly { x: number, y: number }[]} places
 */
function curve(kind, places) {
  const points = places.map(({ x, y }) => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`)
  return [
    element('polyline', { class: `line ${kind}`, points: points.join(' '), style: 'fill: none' }),
    ...places.map(({ x, y }) => element('circle', { class: kind, cx: x, cy: y, r: 3 })),
  ]
}

/**
 * Draws the name of each curve at its end, moved apart if ends are close.
 *
 * @param {readonly { name: string, label: string, places: readonly { x: number, y: number }[] }[]} drawn
 * @param {number} left
 */
function labels(drawn, left) {
  // Curves that end at the same height are named from right to left.
  const ends = drawn
    .map(({ name, label, places }) => ({
      name,
      label,
      x: places.at(-1)?.x ?? 0,
      y: places.at(-1)?.y ?? 0,
    }))
    .toSorted((a, b) => a.y - b.y || b.x - a.x)
  let free = TOP + 10
  return ends.flatMap(({ name, label, x, y }) => {
    const at = Math.max(free, y)
    free = at + LABEL_PX
    return [
      element('line', { class: `leader ${kindOf(name)}`, x1: x + 5, y1: y, x2: left - 4, y2: at }),
      text(label, { x: left, y: at + 4 }),
    ]
  })
}

/**
 * Cuts a curve after the first point beyond the limit.
 *
 * @param {readonly { level: number, ms: number }[]} points
 * @param {number} limit
 */
function untilBeyond(points, limit) {
  const first = points.findIndex(({ ms }) => ms > limit)
  return first === -1 ? points : points.slice(0, first + 1)
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} begin
 * @param {number} end
 */
function logarithmic(from, to, begin, end) {
  const whole = Math.log(to / from) || 1
  return (/** @type {number} */ value) => begin + (Math.log(value / from) / whole) * (end - begin)
}

/** Returns the class of a contestant: ours, a limit of Node, or another. @param {string} name */
function kindOf(name) {
  if (name.startsWith('whereabouts')) return 'ours'
  return name.startsWith('bare') ? 'node' : 'other'
}

/**
 * Sorts ours last, so that they are drawn on top.
 *
 * @param {{ name: string }} a
 * @param {{ name: string }} b
 */
function byKind(a, b) {
  const order = ['other', 'node', 'ours']
  return order.indexOf(kindOf(a.name)) - order.indexOf(kindOf(b.name))
}

/** Removes Markdown from a title. @param {string} title */
function plain(title) {
  return title.replaceAll('`', '')
}
