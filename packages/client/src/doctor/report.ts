import { WAYS } from '../attempted.js'
import type { Diagnosis, Examined } from './diagnosis.js'
import type { Fate } from './fate.js'
import { faultText, seconds, wayText } from './words.js'

const GUIDE = 'docs/how-to/proxy.md'
const LABEL_WIDTH = 24

/** Returns the text for people: for a terminal, or to send to whoever runs the proxy. @see PROTOCOL.md DR12 */
export function reportOf(diagnosis: Diagnosis): string {
  if (diagnosis.state === 'unreachable')
    return `${diagnosis.url}\n\nNot examined: ${diagnosis.reason.replace(/\.$/, '')}.\n`
  const sections = [
    [`${diagnosis.url}, watched for ${seconds(diagnosis.lookedMs)}`],
    factsOf(diagnosis),
    [conclusionOf(diagnosis)],
    ...listed('Trouble', diagnosis, 'trouble'),
    ...listed('Worth knowing', diagnosis, 'note'),
    ...adviceOf(diagnosis),
  ]
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function factsOf({ httpVersion, roundTripMs, proxies, ways }: Examined): readonly string[] {
  return [
    fact('HTTP', httpVersion ?? 'unknown'),
    fact('Round trip', roundTripMs === undefined ? 'unknown' : `${roundTripMs} ms`),
    fact('Proxies that are named', proxies.join(', ') || 'none'),
    ...WAYS.map((way) => fact(LABELS[way], fateText(ways[way]))),
  ]
}

function fact(name: string, value: string): string {
  return `  ${name.padEnd(LABEL_WIDTH)}${value}`
}

const LABELS = {
  stream: 'Stream (GET)',
  'post-stream': 'Stream (POST)',
  'long-poll': 'Long-poll',
} as const

function fateText({ faults, lateMs }: Fate): string {
  if (faults.length > 0) return faults.map(faultText).join('; ')
  return lateMs === undefined ? 'not known' : `works, ${lateMs} ms after the answer to a post`
}

function conclusionOf({ best, state, findings }: Examined): string {
  if (findings.some(({ kind }) => kind === 'forbidden')) {
    return 'Nothing is known of events, as nothing could be posted. Ask as somebody who may, or choose a room with --room.'
  }
  if (state === 'well') return 'Nothing on the way disturbs it.'
  if (best === undefined) return 'No way brings events in time.'
  return `Clients get events by ${wayText(best)}.`
}

function listed(
  title: string,
  { findings }: Examined,
  weight: 'trouble' | 'note',
): readonly (readonly string[])[] {
  const texts = findings.filter((each) => each.weight === weight).map(({ text }) => text)
  if (texts.length === 0) return []
  const lines = texts.map((text) => `  - ${text[0]!.toUpperCase()}${text.slice(1)}.`)
  return [[`${title}:`, ...lines]]
}

function adviceOf({ advice, state, proxies }: Examined): readonly (readonly string[])[] {
  const sections = advice.map(({ proxy, section, lines }) => [
    `For ${proxy} (“${section}” in ${GUIDE}):`,
    '',
    ...lines.map((line) => `    ${line}`),
  ])
  if (state === 'well' || (proxies.length > 0 && sections.length > 0)) return sections
  const rest =
    proxies.length > 0
      ? `${GUIDE} has what to set.`
      : `No answer names a proxy; some never do. ${GUIDE} has what to set in each.`
  return [...sections, [rest]]
}
