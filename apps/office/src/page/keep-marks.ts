import { Extension } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'
import { bindingKey, isFromDocument } from './binding.js'

/**
 * Keeps a mark that was switched on, such as bold, while others write. The editor forgets such
 * marks at every change of the text, including those of others.
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
