import type { ListTexts } from '../texts.js'

export const texts: ListTexts = {
  lists: '文档',
  views: {
    recent: '最近',
    own: '我的文档',
    shared: '与我共享',
    starred: '已加星标',
    trash: '回收站',
  },
  search: '搜索标题',
  changed: (kind, ago) => `${kind === 'sheet' ? '表格' : '页面'}，${ago}修改`,
  deleted: (kind, day) => `${kind === 'sheet' ? '表格' : '页面'}，${day}之后永久删除`,
  loading: '正在加载…',
  none: {
    own: '你还没有文档。你新建的文档会列在这里，在任何地方登录都能看到。',
    shared: '还没有人指名与你共享文档。',
    starred: '你还没有给文档加星标。',
    trash: '回收站是空的。',
  },
  notFound: '没有标题包含这段文字。',
  more: '显示更多',
  again: '重试',
  star: (name) => `给“${name}”加星标`,
  trash: (name) => `将“${name}”移到回收站`,
  hide: (name) => `从此列表中移除“${name}”`,
  restore: (name) => `恢复“${name}”`,
  trashed: (name) => `已将“${name}”移到回收站，其他人现在无法打开。`,
  hidden: (name) => `已从此列表中移除“${name}”，它仍与你共享。`,
  restored: (name) => `已恢复“${name}”，共享设置保持不变。`,
  undo: '撤销',
}
