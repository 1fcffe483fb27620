import { CHART_COLORS, type ChartColor } from '@whereabouts/univer/charts'

/** The colors in which a chart is drawn. */
export interface Palette {
  readonly colors: { readonly [color in ChartColor]: string }
  readonly text: string
  readonly quiet: string
  readonly line: string
  readonly surface: string
}

/** Returns the colors of the application as they are now, or as they are on paper. */
export function readPalette(isOnPaper = false): Palette {
  const probe = document.createElement('span')
  probe.hidden = true
  if (isOnPaper) probe.style.colorScheme = 'light'
  document.body.append(probe)
  const colorOf = (name: string) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const colors = CHART_COLORS.map((color) => [color, colorOf(`shade-${color}`)])
  const palette = {
    colors: Object.fromEntries(colors) as Palette['colors'],
    text: colorOf('text'),
    quiet: colorOf('quiet'),
    line: colorOf('line'),
    surface: colorOf('surface'),
  }
  probe.remove()
  return palette
}
