import type { Editor } from '@tiptap/core'
import { useEffect, useReducer } from 'react'

/** Renders again after each transaction, focus and blur of the editor, once in a frame. */
export function useEditorChanges(editor: Editor): void {
  const [, again] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    let frame: number | undefined
    const wait = () => {
      frame ??= requestAnimationFrame(() => {
        frame = undefined
        again()
      })
    }
    editor.on('transaction', wait).on('focus', wait).on('blur', wait)
    return () => {
      editor.off('transaction', wait).off('focus', wait).off('blur', wait)
      if (frame !== undefined) cancelAnimationFrame(frame)
    }
  }, [editor])
}

/** Renders again when the page is scrolled or the window gets another size, while `isOn`. */
export function useScrolling(editor: Editor, isOn: boolean): void {
  const [, again] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    if (!isOn) return undefined
    const scroller = editor.view.dom.closest('.scroller')
    scroller?.addEventListener('scroll', again, { passive: true })
    window.addEventListener('resize', again)
    return () => {
      scroller?.removeEventListener('scroll', again)
      window.removeEventListener('resize', again)
    }
  }, [editor, isOn])
}
