import { Extension } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'
import { bindingKey, isFromDocument } from './binding.js'

/**
 * Who has just switched bold on, and writes nothing yet, still has it on when somebody else writes:
 * the editor forgets such marks with every change of the text, the others' changes included.
 */
export const KeepMarks = Extension.create({
  name: 'keepMarks',
  addProseMirrorPlugins: () => [
    new Plugin({
      appendTransaction(transactions, before, after) {
        const { storedMarks } = before
        const isLost = storedMarks !== null && after.storedMarks === null
        if (!isLost || !transactions.every(isFromDocument) || !after.selection.empty) return null
        return after.tr.setStoredMarks(storedMarks).setMeta(bindingKey, true)
      },
    }),
  ],
})
