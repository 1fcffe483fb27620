// Charts over the cells of a sheet; load it when a sheet has one, or one is made.
export {
  CHART_COLORS,
  CHART_KINDS,
  CHART_LIMITS,
  DIRECTIONS,
  fitSize,
  LEGENDS,
  type Chart,
  type ChartColor,
  type ChartKind,
  type ChartOptions,
  type Direction,
  type FloatingPlace,
  type FloatingSize,
  type Legend,
  type SheetRange,
} from './chart.js'
export { changedCells, mayShow, type ChangedCells } from './changed-cells.js'
export { usualDirection, type ChartData } from './chart-data.js'
export { compareCharts, type ComparedChart } from './compare.js'
export { Charts } from './charts.js'
export { chartsOf, type ChartChange } from './chart-list.js'
export { readCells, type ChartReading } from './read-cells.js'
export { FloatingLayer, type Floating } from '../floating/layer.js'
