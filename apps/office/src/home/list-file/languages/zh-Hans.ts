import type { ListFileTexts } from '../texts.js'

export const texts: ListFileTexts = {
  about: '此列表只保存在这个浏览器中。',
  exportList: '导出列表',
  importList: '导入列表',
  fileName: '文档列表.json',
  exported: (count) => `已导出 ${count} 个文档的链接。拿到该文件的人都能打开这些文档。`,
  imported: ({ added, known, leftOut }) => {
    const said = [added === 0 ? '没有添加文档。' : `已添加 ${added} 个文档。`]
    if (known > 0) said.push(`${known} 个已在列表中。`)
    if (leftOut > 0) said.push(`${leftOut} 个未添加：列表已满，或不是此服务器的文档。`)
    return said.join('')
  },
  wrongFile: '该文件不是从这里导出的列表。你的列表没有变化。',
}
