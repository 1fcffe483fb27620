// Elements that are never visible.
const UNSEEN = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'NOSCRIPT', 'HEAD', 'TITLE', 'META', 'LINK'])
const BLOCKS =
  /^(?:ADDRESS|ARTICLE|ASIDE|BLOCKQUOTE|DD|DIV|DL|DT|FIGURE|FOOTER|FORM|H[1-6]|HEADER|HR|LI|MAIN|NAV|OL|P|PRE|SECTION|TABLE|TR|UL)$/
const NO_BREAK_SPACE = /\u00A0/g

/** Returns the text that a node shows, with its line breaks. */
export function textOf(node: Node): string {
  const text = new ShownText()
  text.add(node, false)
  return text.end()
}

/** Returns whether a node has its own lines. */
export const isBlock = (node: Node): boolean => BLOCKS.test(node.nodeName)

/** Returns whether a node is never visible. */
export const isUnseen = (node: Node): boolean =>
  UNSEEN.has(node.nodeName) || node.nodeType === Node.COMMENT_NODE

class ShownText {
  #text = ''
  #isBroken = false

  add(node: Node, isPreformatted: boolean): void {
    if (isUnseen(node)) return
    if (node instanceof CharacterData) return this.#addText(node.data, isPreformatted)
    if (node.nodeName === 'BR') return this.#addLine()
    if (isBlock(node)) this.#break()
    const isSpaces = isSpaceRun(node)
    for (const child of node.childNodes) {
      if (isSpaces) this.#addText((child.textContent ?? '').replace(NO_BREAK_SPACE, ' '), true)
      else this.add(child, isPreformatted || isPre(node))
    }
    if (isBlock(node)) this.#break()
  }

  /**
   * Returns the text without the line end of a last `<br>`, which browsers don't show; empty if it
   * is only white space.
   */
  end(): string {
    const text = this.#text.replace(/ $/, '').replace(/\n$/, '')
    return /^[\s\u00A0]*$/.test(text) ? '' : text
  }

  #addText(data: string, isPreformatted: boolean): void {
    const text = isPreformatted
      ? data.replaceAll('\r\n', '\n')
      : this.#withoutDoubleSpace(data.replace(/[ \t\r\n\f]+/g, ' '))
    if (text === '') return
    this.#takeBreak()
    this.#text += text
  }

  #withoutDoubleSpace(text: string): string {
    const isAtEdge = this.#isBroken || this.#text === '' || /[ \n]$/.test(this.#text)
    return isAtEdge && text.startsWith(' ') ? text.slice(1) : text
  }

  #addLine(): void {
    this.#takeBreak()
    this.#text = `${this.#text.replace(/ $/, '')}\n`
  }

  #break(): void {
    if (this.#text !== '' && !this.#text.endsWith('\n')) this.#isBroken = true
  }

  #takeBreak(): void {
    if (this.#isBroken) this.#text = `${this.#text.replace(/ $/, '')}\n`
    this.#isBroken = false
  }
}

const isPre = (node: Node): boolean =>
  node.nodeName === 'PRE' || /white-space:\s*pre\b/i.test(styleOf(node))

// Microsoft's programs write several spaces this way.
const isSpaceRun = (node: Node): boolean => styleOf(node).includes('mso-spacerun')

const styleOf = (node: Node): string =>
  node instanceof Element ? (node.getAttribute('style') ?? '') : ''
