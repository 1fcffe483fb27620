import type { Editor } from '@tiptap/core'
import { useEffect, useMemo, useState } from 'react'
import { MATH } from '../../late-parts.js'
import { useEditorChanges } from '../useEditorState.js'
import { Drawer } from './drawer.js'
import type { Formula } from './formulas.js'
import { readMarkdownFormulas } from './markdown.js'
import { mathPart, sayMath } from './part.js'
import { TEXTS } from './texts.js'
import { readTyped } from './typed.js'

readMarkdownFormulas()

/** Draws the formulas of a page, and tells screen readers of the one that is edited. @see OFFICE.md PE31 */
export function Formulas({ editor }: { readonly editor: Editor }) {
  const drawer = useDrawer(editor)
  const { open } = MATH.read(editor.state) ?? {}
  const [before, setBefore] = useState<Formula>()
  const [said, setSaid] = useState('')
  useEditorChanges(editor)
  if (open?.from !== before?.from || open?.source !== before?.source) {
    setBefore(open)
    if (open !== undefined) setSaid(before === undefined ? TEXTS.opened : '')
    else setSaid((before && drawer.reasonOf(before.source, before.isBlock)) ?? '')
  }
  return <output className="unseen">{said}</output>
}

function useDrawer(editor: Editor): Drawer {
  const drawer = useMemo(() => new Drawer(editor.view.dom.closest('.scroller')), [editor])
  useEffect(() => {
    const { dom } = editor.view
    MATH.fill(editor, mathPart(editor, drawer))
    const say = (said: Parameters<typeof sayMath>[1]) => {
      if (!editor.isDestroyed) editor.view.dispatch(sayMath(editor.state.tr, said))
    }
    const look = () => say({ hasFocus: editor.view.hasFocus() })
    // The editor takes in the composed text a moment after this event.
    const wait = () => void setTimeout(() => !editor.view.composing && say('again'), 50)
    const stop = readTyped(editor)
    dom.addEventListener('compositionend', wait)
    dom.addEventListener('focus', look)
    dom.addEventListener('blur', look)
    addEventListener('beforeprint', drawer.drawAll)
    return () => {
      dom.removeEventListener('compositionend', wait)
      dom.removeEventListener('focus', look)
      dom.removeEventListener('blur', look)
      removeEventListener('beforeprint', drawer.drawAll)
      stop()
      drawer.close()
    }
  }, [editor, drawer])
  return drawer
}
