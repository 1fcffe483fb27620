import type { MathTexts } from '../texts.js'

const count = (number: number): string => number.toLocaleString('zh-Hans')

export const texts: MathTexts = {
  inline: '行内公式',
  block: '公式',
  empty: '空公式',
  opened: '公式。按 Esc 离开。',
  wrong: (message) => `无法显示这个公式：${message}`,
  wrongAt: (position, message) => `无法显示这个公式，第 ${count(position)} 个字符有误：${message}`,
  tooLong: (most) => `公式最多 ${count(most)} 个字符。`,
  noMacros: (macro) => `公式中不能定义宏：${macro}`,
  tooDeep: '这个公式嵌套太深。',
  asText: (name) => `${name} 中的公式是 LaTeX 文本，不是绘制的公式。`,
}
