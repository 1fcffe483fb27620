import { AuthorizationResponseError } from 'openid-client'
import { type Message, TRY_AGAIN } from './answers.js'
import type { Text } from './language.js'
import { loginFor } from './return-path.js'

const SIGN_IN: Text = { en: 'Sign in', 'zh-Hans': '登录' }
const NOT_COMPLETED: Text = {
  en: 'This login could not be completed',
  'zh-Hans': '登录未完成',
}

export const away = (root: string): Message => ({
  status: 503,
  title: { en: 'Nobody can sign in at the moment', 'zh-Hans': '暂时无法登录' },
  text: {
    en: 'The login provider can’t be reached. Try again in a minute.',
    'zh-Hans': '无法连接登录服务，请一分钟后再试。',
  },
  link: { href: root, text: TRY_AGAIN },
})

export const notBegun = (root: string): Message => ({
  status: 400,
  title: NOT_COMPLETED,
  text: {
    en: 'It was not begun in this browser, was completed before, or took more than ten minutes.',
    'zh-Hans': '这次登录不是在此浏览器中发起的、之前已经完成，或者用时超过了十分钟。',
  },
  link: { href: loginFor('/', root), text: SIGN_IN },
})

export const signedOut = (root: string): Message => ({
  status: 200,
  title: { en: 'You are signed out', 'zh-Hans': '你已退出登录' },
  text: {
    en: 'This browser is signed out here. Your login provider may still know you. Documents that you opened stay in this browser: sign in to remove them on the home page, or clear its data of this site.',
    'zh-Hans':
      '此浏览器已退出登录，但登录服务可能仍记得你。你打开过的文档还保留在此浏览器中：登录后可到首页移除，也可以清除此网站的数据。',
  },
  link: { href: loginFor('/', root), text: SIGN_IN },
})

const refused = (answer: string, login: string): Message => ({
  status: 403,
  title: { en: 'You were not signed in', 'zh-Hans': '未能登录' },
  text: {
    en: `The login provider answered "${answer}".`,
    'zh-Hans': `登录服务的答复是“${answer}”。`,
  },
  link: { href: login, text: TRY_AGAIN },
})

const notAccepted = (login: string): Message => ({
  status: 502,
  title: NOT_COMPLETED,
  text: {
    en: 'The login provider’s answer was not accepted. The server’s log says why.',
    'zh-Hans': '登录服务的答复未被接受，原因见服务器日志。',
  },
  link: { href: login, text: TRY_AGAIN },
})

/** Says that the provider refused, or that its answer was not accepted. */
export function failed(error: unknown, login: string): Message {
  const isRefused = error instanceof AuthorizationResponseError
  return isRefused ? refused(error.error, login) : notAccepted(login)
}
