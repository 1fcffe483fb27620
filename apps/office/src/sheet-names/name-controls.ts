import type { Univer } from '@univerjs/core'
import { mendWithin, tellDisabled } from './mend.js'
import { Names } from './names.js'
import { loadTexts } from './texts.js'
import './contrast.css'

/** What comes together is named together, so that nothing waits for it. */
const SETTLED_MS = 60
/** What is on paper has no controls, and may be very much. */
const PRINTED = '.print-pages'
const BUTTONS = '[role="button"], [role="combobox"]'

/**
 * Gives Univer's controls the names and roles that they lack, now and whenever some come. While none come,
 * nothing is looked at.
 *
 * @see OFFICE.md OF84, SH141
 */
export async function nameControls(univer: Univer): Promise<void> {
  const names = new Names(univer, await loadTexts())
  let pending = new Set<Element>()
  const look = () => {
    const roots = pending
    pending = new Set()
    for (const root of roots) if (root.isConnected) mendWithin(root, names)
  }
  const add = (root: Element) => {
    if (pending.size === 0) setTimeout(look, SETTLED_MS)
    pending.add(root)
  }
  add(document.body)
  new MutationObserver((changes) => {
    for (const { addedNodes, target, type } of changes) {
      if (type === 'attributes') add(target as Element)
      for (const node of addedNodes)
        if (node instanceof Element && !node.matches(PRINTED)) add(node)
    }
  }).observe(document.body, { childList: true, subtree: true, attributeFilter: ['aria-expanded'] })
  followDisabled()
}

/** Many controls are disabled while somebody types, which their classes say. */
function followDisabled(): void {
  const workbench = document.querySelector('[data-u-comp="workbench-layout"]')
  if (workbench === null) return
  new MutationObserver((changes) => {
    for (const target of new Set(changes.map((change) => change.target as Element))) {
      const around = target.closest(BUTTONS)
      for (const button of [
        ...(around === null ? [] : [around]),
        ...target.querySelectorAll(BUTTONS),
      ]) {
        tellDisabled(button)
      }
    }
  }).observe(workbench, { subtree: true, attributeFilter: ['class', 'data-disabled'] })
}
