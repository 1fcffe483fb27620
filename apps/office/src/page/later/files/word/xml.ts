const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['http://schemas.openxmlformats.org/wordprocessingml/2006/main', 'w'],
  ['http://purl.oclc.org/ooxml/wordprocessingml/main', 'w'],
  ['http://schemas.openxmlformats.org/markup-compatibility/2006', 'mc'],
  ['http://schemas.openxmlformats.org/officeDocument/2006/math', 'm'],
  ['http://purl.oclc.org/ooxml/officeDocument/math', 'm'],
  ['http://schemas.openxmlformats.org/drawingml/2006/main', 'a'],
  ['http://purl.oclc.org/ooxml/drawingml/main', 'a'],
  ['http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing', 'wp'],
  ['http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing', 'wp'],
  ['urn:schemas-microsoft-com:vml', 'v'],
])

/** Returns the name of an element as it is usually written. @example nameOf(element) // 'w:p' */
export const nameOf = ({ namespaceURI, localName }: Element): string =>
  `${PREFIXES.get(namespaceURI ?? '') ?? ''}:${localName}`

/** Returns the first child with a name. */
export function childOf(parent: Element | undefined, name: string): Element | undefined {
  if (parent === undefined) return undefined
  for (const child of parent.children) if (nameOf(child) === name) return child
  return undefined
}

export const childrenOf = (parent: Element | undefined, name: string): readonly Element[] =>
  parent === undefined ? [] : [...parent.children].filter((child) => nameOf(child) === name)

/** Returns the first child with each name. */
export function childrenByName(parent: Element | undefined): ReadonlyMap<string, Element> {
  const children = new Map<string, Element>()
  for (const child of parent?.children ?? []) {
    const name = nameOf(child)
    if (!children.has(name)) children.set(name, child)
  }
  return children
}

/** Returns the first element with a name at any depth. */
export function within(parent: Element, name: string): Element | undefined {
  for (const element of parent.getElementsByTagNameNS('*', name.split(':')[1]!)) {
    if (nameOf(element) === name) return element
  }
  return undefined
}

/** Returns an attribute, whatever prefix its name has. */
export function attributeOf(element: Element | undefined, name = 'val'): string | undefined {
  if (element === undefined) return undefined
  for (const { localName, value } of element.attributes) if (localName === name) return value
  return undefined
}

/** Returns a whole number of an attribute. */
export function numberOf(element: Element | undefined, name = 'val'): number | undefined {
  const said = attributeOf(element, name)
  return said !== undefined && /^-?\d{1,9}$/.test(said) ? Number(said) : undefined
}

/** Returns whether a property is on; `undefined` if nothing is said. */
export function isOn(property: Element | undefined): boolean | undefined {
  if (property === undefined) return undefined
  return !['0', 'false', 'off', 'none'].includes(attributeOf(property) ?? '')
}
