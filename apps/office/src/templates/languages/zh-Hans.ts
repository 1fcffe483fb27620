import type { TemplateTexts } from '../texts.js'

export const texts: TemplateTexts = {
  about: '纪要、计划、预算',
  title: '从模板新建',
  making: '正在创建文档…',
  failed: (why) => `文档没有创建。${why}`,
}
