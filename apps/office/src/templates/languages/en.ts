import type { TemplateTexts } from '../texts.js'

export const texts: TemplateTexts = {
  about: 'Notes, plans, budgets',
  title: 'New from a template',
  making: 'Making the document…',
  failed: (why) => `The document couldn’t be made. ${why}`,
}
