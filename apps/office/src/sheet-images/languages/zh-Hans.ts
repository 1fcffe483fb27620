import type { ImageTexts } from '../texts.js'

export const texts: ImageTexts = {
  deleted: '图片已删除。',
  deleteImage: '删除图片',
  describe: '描述图片',
  description: '图片内容的文字描述',
  fitIntoCell: '放入单元格',
  gone: '有人已删除此图片。',
  hint: '方向键移动图片，按住 Shift 调整大小。Enter 编辑描述，Delete 删除，Tab 进入更多操作，Esc 返回单元格。',
  hintToView: '按 Esc 返回单元格。',
  image: '图片',
  imageOf: (alt) => `图片：${alt}`,
  insert: '插入图片',
  insertedAt: (cell) => `图片位于 ${cell}。`,
  liftOutOfCell: '浮于单元格上方',
  movedTo: (cell) => `已移至 ${cell}。`,
  noRoom: '此工作簿没有空间容纳更多图片。请先删除一些图片。',
  resizedTo: (width, height) => `${width} × ${height} 像素。`,
  toBack: '置于底层',
  toFront: '置于顶层',
  tooMany: (most) => `一个工作表最多可有 ${most} 张图片。`,
}
