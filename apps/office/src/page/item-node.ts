import { Node, type NodeViewRendererProps } from '@tiptap/core'
import type { Node as ProseMirrorNode } from '@tiptap/pm/model'
import { t } from '../language/language.js'
import { FOLD_META } from './late-parts.js'
import type { Decoration, ViewMutationRecord } from '@tiptap/pm/view'

/** A list item with a bullet, a number, a check box or a button that folds what is below. Its depth is an attribute. */
export const ItemNode = Node.create({
  name: 'item',
  group: 'flat',
  content: 'inline*',
  defining: true,
  addAttributes: () => ({
    kind: { default: 'bullet' },
    indent: { default: 0 },
    align: { default: null },
    checked: { default: false },
    start: { default: null },
  }),
  renderHTML: ({ node }) => ['div', attributesOf(node), 0],
  addNodeView: () => (props) => new ItemView(props),
})

function attributesOf({ attrs }: ProseMirrorNode): { readonly [name: string]: string } {
  const indent = Number(attrs['indent'])
  return {
    class: 'item',
    dir: 'auto',
    'data-kind': String(attrs['kind']),
    'data-indent': String(indent),
    'data-align': String(attrs['align'] ?? 'start'),
    'data-checked': String(attrs['checked']),
    style: `--indent: ${indent}`,
  }
}

/**
 * Shows an item, with a check box if it is a task. To screen readers it is a list of its own with the item's
 * depth, as the items of a page are beside each other and nothing is around those of one list.
 */
class ItemView {
  readonly dom = document.createElement('div')
  readonly #line = document.createElement('div')
  readonly contentDOM = document.createElement('div')
  readonly #box = document.createElement('input')
  readonly #fold = document.createElement('button')
  readonly #props: NodeViewRendererProps
  #node: ProseMirrorNode

  constructor(props: NodeViewRendererProps) {
    this.#props = props
    this.#node = props.node
    this.#box.type = 'checkbox'
    this.#box.contentEditable = 'false'
    this.#box.ariaLabel = t('page.done')
    // This keeps the caret where it is.
    this.#box.addEventListener('mousedown', (event) => event.preventDefault())
    this.#box.addEventListener('change', () => this.#check())
    this.#fold.type = 'button'
    this.#fold.contentEditable = 'false'
    this.#fold.className = 'fold'
    this.#fold.ariaLabel = t('page.below')
    this.#fold.addEventListener('mousedown', (event) => event.preventDefault())
    this.#fold.addEventListener('click', () => this.#toggle())
    this.contentDOM.className = 'item-text'
    this.dom.role = 'list'
    this.#line.role = 'listitem'
    this.#line.className = 'item-line'
    this.#line.append(this.contentDOM)
    this.dom.append(this.#line)
    this.#draw(props.decorations)
  }

  update(node: ProseMirrorNode, decorations: readonly Decoration[]): boolean {
    if (node.type !== this.#node.type) return false
    this.#node = node
    this.#draw(decorations)
    return true
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type !== 'selection' && !this.contentDOM.contains(mutation.target)
  }

  stopEvent({ target }: Event): boolean {
    return target === this.#box || target === this.#fold
  }

  #draw(decorations: readonly Decoration[]): void {
    for (const [name, value] of Object.entries(attributesOf(this.#node))) {
      this.dom.setAttribute(name, value)
    }
    this.#line.ariaLevel = String(Number(this.#node.attrs['indent']) + 1)
    this.#box.checked = this.#node.attrs['checked'] === true
    this.#box.disabled = !this.#props.editor.isEditable
    if (this.#node.attrs['kind'] === 'task') this.#line.prepend(this.#box)
    else this.#box.remove()
    const isFolded = decorations.some(({ spec }) => (spec as { folded?: true }).folded === true)
    this.#fold.ariaExpanded = String(!isFolded)
    if (this.#node.attrs['kind'] === 'toggle') this.#line.prepend(this.#fold)
    else this.#fold.remove()
  }

  #toggle(): void {
    const { getPos, view } = this.#props
    const at = getPos()
    if (at !== undefined) view.dispatch(view.state.tr.setMeta(FOLD_META, at))
  }

  #check(): void {
    const { getPos, view, editor } = this.#props
    const at = getPos()
    if (at === undefined || !editor.isEditable) return
    view.dispatch(view.state.tr.setNodeAttribute(at, 'checked', this.#box.checked))
  }
}
