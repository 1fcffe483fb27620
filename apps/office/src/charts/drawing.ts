import { BarChart, LineChart, PieChart, ScatterChart } from 'echarts/charts'
import {
  GridComponent,
  LegendScrollComponent,
  TitleComponent,
  TooltipComponent,
} from 'echarts/components'
import { init, use as register, type EChartsCoreOption, type EChartsType } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { FloatingSize } from '@whereabouts/univer/charts'

register([
  BarChart,
  LineChart,
  PieChart,
  ScatterChart,
  GridComponent,
  LegendScrollComponent,
  TitleComponent,
  TooltipComponent,
  SVGRenderer,
])

/** A drawing in an element, as long as that is shown. */
export class Drawing {
  readonly #chart: EChartsType

  constructor(element: HTMLElement, size: FloatingSize) {
    this.#chart = init(element, null, { renderer: 'svg', ...size })
  }

  draw(options: EChartsCoreOption, size: FloatingSize): void {
    const { width, height } = size
    if (this.#chart.getWidth() !== width || this.#chart.getHeight() !== height)
      this.#chart.resize(size)
    this.#chart.setOption(options, { notMerge: true })
  }

  dispose(): void {
    this.#chart.dispose()
  }
}

/** Returns a drawing that stays as it is, such as on paper. */
export function drawOnce(options: EChartsCoreOption, size: FloatingSize): Element {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  chart.setOption({ ...options, tooltip: { show: false } })
  const drawn = chart.renderToSVGString()
  chart.dispose()
  const parsed = new DOMParser().parseFromString(drawn, 'image/svg+xml')
  return document.importNode(parsed.documentElement, true)
}
