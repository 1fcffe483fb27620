// 简体中文
//
// 用词表（同一个概念始终用同一个词）：
//   document 文档 · sheet 表格 · page 页面 · Home 首页 · room 文档所在的房间（界面上只说“文档”）
//   link 链接 · view link 只读链接 · share 分享 · access 权限 · owner 所有者 · role 权限
//   view 查看 · comment 评论 · edit 编辑 · view only 只读 · watch 旁观 · join 加入编辑
//   live 在线 · connecting 正在连接… · saved 已保存 · saving 正在保存… · offline 离线
//   browser 浏览器 · copy（本地的）副本 · server 服务器 · sign in 登录 · sign out 退出登录
//   row 行 · column 列 · cell 单元格 · formula 公式 · merged cell 合并单元格 · paragraph 段落
//   people 协作者 · guest 访客 · discard 放弃 · remove 移除 · delete 删除
// 不用“您”，用“你”；句子短，说清发生了什么、怎么办。

import type { Messages } from '../language/message.js'

export const messages: Messages = {
  // 多处使用
  'common.cancel': '取消',
  'common.close': '关闭',
  'common.copied': '已复制',
  'common.copy': '复制',
  'common.discard': '放弃',
  'common.language': '语言',
  'common.pressToCopy': '按 Ctrl+C 或 ⌘C 复制。',
  'common.remove': '移除',
  'common.save': '保存',
  'common.saving': '正在保存…',
  'common.tryAgain': '重试',
  'common.unreachable': '无法连接服务器，请稍后再试。',
  'common.untitled': '{kind, select, sheet {未命名表格} other {未命名页面}}',

  // 打开之前
  'start.failed': '页面加载失败。',
  'start.home': '返回首页',
  'start.newVersion': '有新版本可用。',
  'start.notFound': '这个地址没有内容。',
  'start.notFoundTitle': '找不到页面',
  'start.reload': '刷新',

  // 首页
  'home.available': '{about}，可离线打开',
  'home.copies': '此浏览器保存了 {count, number} 份文档的副本。',
  'home.copiesFor': '此浏览器保存了 {count, number} 份文档的副本，无法连接服务器时也能打开。',
  'home.copiesNotRemoved': '浏览器不允许移除，请改为清除此网站的数据。',
  'home.copiesRemoved': '已移除。在其他窗口中打开的文档会保留副本。',
  'home.copiesWouldBeLost': '尚未保存到服务器的修改将会丢失。',
  'home.copyLink': '复制“{name}”的链接',
  'home.here': '{names} 在线',
  'home.justNow': '刚刚',
  'home.keep': '保留',
  'home.linkCopied': '链接已复制',
  'home.linkNotCopied': '无法复制链接，请手动复制：{link}',
  'home.more': '另外 {count, number} 人',
  'home.new': '新建',
  'home.newDocument': '{kind, select, sheet {新建表格} other {新建页面}}',
  'home.newDocumentHas': '{kind, select, sheet {单元格和公式} other {文字、列表、表格、图片}}',
  'home.notRenamed': '重命名失败：{reason}',
  'home.opened': '{kind, select, sheet {表格，{ago}打开} other {页面，{ago}打开}}',
  'home.recent': '最近',
  'home.removeCopies': '移除副本',
  'home.removeFromList': '从列表中移除“{name}”',
  'home.removed': '已从列表中移除“{name}”，文档本身仍然保留。',
  'home.rename': '重命名“{name}”',
  'home.titleOf': '“{name}”的标题',
  'home.tryDemo': '试试演示表格，任何人都可以编辑',
  'home.welcome': '还没有文档',
  'home.welcomeListed': '打开过的文档会列在这里，只保存在此浏览器中。',
  'home.welcomeOpen': '无需注册账号。',
  'home.welcomeText': '新建一个表格或页面，把链接分享给别人，就能一起编辑，并看到每个人在哪里。',

  // 网络诊断
  'doctor.title': '网络诊断',

  // 表格
  'sheet.tooHard': '这个公式计算时间过长，或者结果太大或为空。',
  'sheet.tools': '工具',

  // 服务器报告的问题；{detail} 是服务器的原话（英文）
  'problem.access-changed': '刚刚有人修改了权限。',
  'problem.bad-color': '颜色无效。',
  'problem.bad-json': '服务器无法识别请求，请刷新页面。',
  'problem.bad-member-key': '服务器无法识别请求，请刷新页面。',
  'problem.bad-name': '名字无效。',
  'problem.bad-parameter': '页面与服务器的版本不一致，请刷新页面。',
  'problem.bad-room': '链接无效。',
  'problem.bad-update': '服务器无法接受这次修改。',
  'problem.document-deleted': '文档已被删除。',
  'problem.document-exists': '这里已经有一份文档。',
  'problem.document-full': '文档已满。',
  'problem.exchange-busy': '服务器繁忙，请稍后再试。',
  'problem.forbidden': '你没有权限（{detail}）',
  'problem.internal': '服务器出错，请稍后再试。',
  'problem.locked': '其他人正在修改。',
  'problem.method-not-allowed': '服务器不支持此操作。',
  'problem.no-version': '这个版本已不再保留。',
  'problem.other-user': '当前登录的是另一位用户。',
  'problem.room-full': '人数已满。',
  'problem.shutting-down': '服务器正在关闭，请稍后再试。',
  'problem.storage-full': '存储空间已满。',
  'problem.store-failed': '服务器暂时无法保存文档，请稍后再试。',
  'problem.too-large': '内容太大，服务器无法接受。',
  'problem.too-many-connections': '服务器连接数已满，请稍后再试。',
  'problem.too-many-locks': '锁定的内容太多。',
  'problem.too-many-requests': '操作过于频繁，请稍后再试。',
  'problem.too-many-rooms': '服务器打开的文档太多，请稍后再试。',
  'problem.unauthorized': '你已退出登录。',
  'problem.unsupported-media-type': '服务器不支持这种内容。',
}

/** Univer 对这种语言的叫法 */
export const gridLocale = 'zhCN'

/** 表格组件的文字 */
export const loadGridTexts = () => import('@univerjs/preset-sheets-core/locales/zh-CN')

/** 公式函数的说明 */
export const loadFunctionTexts = () => import('@univerjs/sheets-formula/locale/zh-CN')

/** Loads Univer's texts of the tools that come after the cells. */
export const loadToolTexts = () => import('../tool-texts-zh-Hans.js')
