import type { ListFileTexts } from '../texts.js'

const documents = (count: number) => `${count} ${count === 1 ? 'document' : 'documents'}`

export const texts: ListFileTexts = {
  about: 'Only this browser has this list.',
  exportList: 'Export the list',
  importList: 'Import a list',
  fileName: 'documents.json',
  exported: (count) =>
    `Exported the links of ${documents(count)}. Anyone who has the file can open them.`,
  imported: ({ added, known, leftOut }) => {
    const said = [added === 0 ? 'Added nothing.' : `Added ${documents(added)}.`]
    if (known > 0) said.push(`${known} ${known === 1 ? 'was' : 'were'} in the list already.`)
    if (leftOut > 0) {
      const are = leftOut === 1 ? 'isn’t a document' : 'aren’t documents'
      said.push(`Left out ${leftOut}: the list is full, or they ${are} of this server.`)
    }
    return said.join(' ')
  },
  wrongFile: 'This file isn’t a list that was exported here. Your list is unchanged.',
}
