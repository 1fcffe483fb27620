import { table } from './table.mjs'

/**
 * Returns the metrics of whereabouts, without those of the process.
 *
 * @param {string} text in the Prometheus text format
 */
export function metricsTable(text) {
  const found = text.matchAll(/^# HELP (whereabouts_\w+) (.*)\n# TYPE \w+ (\w+)/gm)
  const rows = [...found].map(([, name = '', help = '', type = '']) => [`\`${name}\``, type, help])
  return table(['metric', 'type', 'meaning'], rows)
}
