// The parts of SVG that plots need.

/** Paints its own background, so it is readable on light and dark pages. */
const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.ground { fill: #ffffff }
.title { font-weight: 600; font-size: 15px }
.quiet { fill: #59636e }
.rule { stroke: #d1d9e0; stroke-width: 1 }
.limit { stroke: #9a6700; stroke-width: 1.5; stroke-dasharray: 6 4 }
.limit-text { fill: #9a6700 }
.other { fill: #8c959f; stroke: #8c959f }
.node { fill: #0969da; stroke: #0969da }
.ours { fill: #d6336c; stroke: #d6336c }
.line { fill: none; stroke-width: 2 }
.bar { stroke: none }
.whisker { stroke: #1f2328; stroke-width: 1.5 }
.leader { stroke-width: 1; stroke-opacity: 0.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .ground { fill: #0d1117 }
  .quiet { fill: #9198a1 }
  .rule { stroke: #30363d }
  .limit { stroke: #d29922 }
  .limit-text { fill: #d29922 }
  .other { fill: #7d8590; stroke: #7d8590 }
  .node { fill: #4493f8; stroke: #4493f8 }
  .ours { fill: #ff6b9d; stroke: #ff6b9d }
  .whisker { stroke: #e6edf3 }
}`

/**
 * Returns one element as text; numbers are rounded to a tenth.
 *
 * @param {string} name
 * @param {Readonly<Record<string, string | number>>} attributes
 * @param {string} [content] SVG
 */
export function element(name, attributes, content) {
  const written = Object.entries(attributes).map(([key, value]) => {
    const shown = typeof value === 'number' ? String(Math.round(value * 10) / 10) : value
    return ` ${key}="${escape(shown)}"`
  })
  const opening = `<${name}${written.join('')}`
  return content === undefined ? `${opening}/>` : `${opening}>${content}</${name}>`
}

/**
 * @param {string} content
 * @param {Readonly<Record<string, string | number>>} attributes
 */
export function text(content, attributes) {
  return element('text', attributes, escape(content))
}

/**
 * Returns a whole picture, with a description for screen readers.
 *
 * @param {{ width: number, height: number, title: string, description: string }} picture
 * @param {readonly string[]} content
 */
export function picture({ width, height, title, description }, content) {
  const head = [
    element('title', {}, escape(title)),
    element('desc', {}, escape(description)),
    element('style', {}, STYLE),
    element('rect', { class: 'ground', width, height }),
    text(title, { class: 'title', x: 16, y: 26 }),
  ]
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    role: 'img',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
  }
  return `${element('svg', attributes, `\n${[...head, ...content].join('\n')}\n`)}\n`
}

/** @param {string} content */
function escape(content) {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
