import { call, type Answer, type CallOptions } from 'whereabouts-conformance/http'

const MOST_REDIRECTS = 20

/** A page that a visitor has opened. */
export interface Visited extends Answer {
  readonly url: string
  /** Every address on the way there. */
  readonly way: readonly string[]
}

interface Cookie {
  readonly name: string
  readonly value: string
  /** The origin and path prefix that it is sent to. */
  readonly below: string
}

/** A browser with cookies but without scripts. */
export class Visitor {
  #cookies: readonly Cookie[] = []

  /** Returns the cookie header for an address. */
  cookiesFor(url: string): string {
    const { href } = new URL(url)
    const sent = this.#cookies.filter(({ below }) => href.startsWith(below))
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  /** Adds or changes a cookie. */
  setCookie(url: string, name: string, value: string, path = '/'): void {
    const below = new URL(path, url).href
    this.#forget(name, below)
    this.#cookies = [...this.#cookies, { name, value, below }]
  }

  /** Returns the names of a server's cookies. */
  cookieNames(url: string): string[] {
    const { origin } = new URL(url)
    return this.#cookies.filter(({ below }) => below.startsWith(origin)).map(({ name }) => name)
  }

  #forget(name: string, below: string): void {
    this.#cookies = this.#cookies.filter((each) => each.name !== name || each.below !== below)
  }

  /** Makes a call and follows redirects. */
  async go(url: string, options: CallOptions = {}): Promise<Visited> {
    const way: string[] = []
    let next = url
    let how = options
    for (let count = 0; count < MOST_REDIRECTS; count++) {
      way.push(next)
      const answer = await this.ask(next, how)
      const { location } = answer.headers
      if (location === undefined) return { ...answer, url: next, way }
      next = new URL(location, next).href
      how = {}
    }
    throw new Error(`too many redirects: ${way.join(' ')}`)
  }

  /** Makes one call and stores its cookies. */
  async ask(url: string, options: CallOptions = {}): Promise<Answer> {
    const cookie = this.cookiesFor(url)
    const accept = 'text/html'
    const headers = { accept, ...(cookie !== '' && { cookie }), ...options.headers }
    const answer = await call(url, { ...options, headers })
    for (const header of answer.headers['set-cookie'] ?? []) this.#keep(url, header)
    return answer
  }

  /** Submits the form of a page and follows redirects. */
  submit(page: Visited, fields: { readonly [name: string]: string } = {}): Promise<Visited> {
    const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1]
    if (action === undefined) throw new Error(`no form at ${page.url}: ${page.text}`)
    const hidden = [...page.text.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    const all = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), ...fields }
    return this.go(new URL(action, page.url).href, {
      body: new URLSearchParams(all).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  }

  /** Logs in on the provider's page, and consents. */
  async logIn(page: Visited, login: string): Promise<Visited> {
    const asked = await this.submit(page, { login, password: 'any' })
    const arrived = asked.text.includes('value="consent"') ? await this.submit(asked) : asked
    return { ...arrived, way: [...page.way, ...asked.way, ...arrived.way] }
  }

  #keep(url: string, header: string): void {
    const [pair = '', ...attributes] = header.split('; ')
    const [name = '', value = ''] = pair.split(/=(.*)/)
    const path = attributes.find((each) => /^path=/i.test(each))?.slice('path='.length) ?? '/'
    const isOver = attributes.some((each) => /^(max-age=0|expires=.*1970.*)$/i.test(each))
    if (isOver) this.#forget(name, new URL(path, url).href)
    else this.setCookie(url, name, value, path)
  }
}
