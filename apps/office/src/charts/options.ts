import {
  CHART_COLORS,
  type Chart,
  type ChartColor,
  type ChartData,
} from '@whereabouts/univer/charts'
import type { EChartsCoreOption } from 'echarts/core'
import type { Palette } from './palette.js'
import { TEXTS } from './texts.js'

const FONT = 'system-ui, sans-serif'
const TITLE_ROOM = 34
const LEGEND_ROOM = 30
const SIDE = 14
const LEGEND_WIDTH = 110

/** Returns the names of the series, each another one. */
export const seriesNames = ({ series }: ChartData): string[] =>
  distinct(series.map(({ name }, at) => (name === '' ? TEXTS.series(at + 1) : name)))

/** Returns the same names, with numbers where some are the same. */
export function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let unique = name
    for (let n = 2; taken.has(unique); n++) unique = `${name} (${n})`
    taken.add(unique)
    return unique
  })
}

/** Returns what each point is called. */
export const pointNames = ({ labels }: ChartData): string[] =>
  labels.map((label, at) => (label === '' ? TEXTS.point(at + 1) : label))

/** Returns the color of a series, or of a part of a pie. */
export const colorAt = ({ colors }: Pick<Chart, 'colors'>, at: number): ChartColor =>
  colors.get(at) ?? CHART_COLORS[at % CHART_COLORS.length]!

/** Returns how a chart is drawn by ECharts. */
export function optionsOf(chart: Chart, data: ChartData, palette: Palette): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: palette.text },
    title: {
      show: chart.title !== '',
      text: chart.title,
      left: 'center',
      top: 8,
      textStyle: {
        color: palette.text,
        fontSize: 15,
        fontWeight: 600,
        width: chart.size.width - 2 * SIDE,
        overflow: 'truncate',
      },
    },
    legend: legendOf(chart, palette),
    // Texts of cells aren't HTML.
    tooltip: {
      trigger: chart.kind === 'pie' || chart.kind === 'scatter' ? 'item' : 'axis',
      renderMode: 'richText',
      confine: true,
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { color: palette.text, fontSize: 12 },
    },
    ...(chart.kind === 'pie' ? pie(chart, data, palette) : onAxes(chart, data, palette)),
  }
}

function legendOf({ legend, title, kind }: Chart, palette: Palette): object {
  const top = title === '' ? 6 : TITLE_ROOM
  const at = {
    top: { top, left: 'center' },
    bottom: { bottom: 6, left: 'center' },
    right: { right: SIDE, top: 'middle', orient: 'vertical' },
    none: {},
  }[legend]
  return {
    show: legend !== 'none',
    type: 'scroll',
    ...at,
    icon: kind === 'line' ? undefined : 'roundRect',
    itemWidth: 14,
    itemHeight: 10,
    textStyle: { color: palette.quiet, width: LEGEND_WIDTH - 24, overflow: 'truncate' },
    pageTextStyle: { color: palette.quiet },
    pageIconColor: palette.quiet,
    pageIconInactiveColor: palette.line,
  }
}

interface Room {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** What the title and the legend leave. */
function roomIn({ title, legend }: Chart): Room {
  const top = (title === '' ? SIDE : TITLE_ROOM + 4) + (legend === 'top' ? LEGEND_ROOM : 0)
  return {
    left: SIDE,
    top,
    right: SIDE + (legend === 'right' ? LEGEND_WIDTH : 0),
    bottom: SIDE + (legend === 'bottom' ? LEGEND_ROOM - 4 : 0),
  }
}

function pie(chart: Chart, data: ChartData, palette: Palette): object {
  const [first] = data.series
  const { left, top, right, bottom } = roomIn(chart)
  return {
    series: [
      {
        type: 'pie',
        left,
        top,
        right,
        bottom,
        radius: '72%',
        label: { color: palette.text, formatter: '{d} %', overflow: 'truncate' },
        itemStyle: { borderColor: palette.surface, borderWidth: 1 },
        data: pointNames(data).flatMap((name, at) => {
          const value = first?.values[at] ?? null
          const color = palette.colors[colorAt(chart, at)]
          return value === null || value < 0 ? [] : [{ name, value, itemStyle: { color } }]
        }),
      },
    ],
  }
}

function onAxes(chart: Chart, data: ChartData, palette: Palette): object {
  const isScatter = chart.kind === 'scatter'
  const line = { lineStyle: { color: palette.line } }
  const look = {
    axisLabel: { color: palette.quiet, hideOverlap: true, width: 120, overflow: 'truncate' },
    axisLine: line,
    axisTick: line,
    splitLine: line,
  }
  const values = { type: 'value', scale: isScatter, ...look }
  const across = isScatter
    ? values
    : { type: 'category', data: pointNames(data), ...look, splitLine: { show: false } }
  const isLying = chart.kind === 'bar'
  const names = seriesNames(data)
  return {
    grid: { ...roomIn(chart), outerBoundsMode: 'same' },
    xAxis: isLying ? values : across,
    yAxis: isLying ? { ...across, inverse: true } : values,
    series: data.series.map((series, at) => ({
      name: names[at],
      color: palette.colors[colorAt(chart, at)],
      ...drawn(chart, data, series.values),
    })),
  }
}

function drawn(chart: Chart, { across }: ChartData, values: readonly (number | null)[]): object {
  if (chart.kind === 'scatter') {
    const points = values.map((value, at) => [across === null ? at + 1 : across[at], value])
    return { type: 'scatter', symbolSize: 9, data: points }
  }
  const stack = chart.isStacked ? { stack: 'all' } : {}
  if (chart.kind === 'line') {
    const area = chart.isStacked ? { areaStyle: { opacity: 0.35 } } : {}
    return { type: 'line', ...stack, ...area, symbolSize: 6, data: values }
  }
  return { type: 'bar', ...stack, barMaxWidth: 48, data: values }
}
