import { describe, expect, it, vi } from 'vitest'
import type { Problem } from '@whereabouts/server'
import { ConversionLine } from './conversion-line.js'

const stays = () => new AbortController().signal

/** Work that ends when it is told to. */
class Work {
  readonly begun: string[] = []
  readonly #ends: (() => void)[] = []

  readonly of = (name: string) => () => {
    this.begun.push(name)
    return new Promise<string>((resolve) => this.#ends.push(() => resolve(name)))
  }

  async endOne(): Promise<void> {
    this.#ends.shift()!()
    // The next one begins once this one's end was noticed.
    await new Promise(setImmediate)
  }
}

describe('[FL18] conversions of files', () => {
  it('are done one after the other', async () => {
    const [line, work] = [new ConversionLine(8), new Work()]
    const first = line.take('ann', stays(), work.of('1'))
    const second = line.take('ann', stays(), work.of('2'))
    expect(work.begun).toEqual(['1'])
    await work.endOne()
    expect(await first).toBe('1')
    expect(work.begun).toEqual(['1', '2'])
    await work.endOne()
    expect(await second).toBe('2')
  })

  it('of an account that had fewer done come first', async () => {
    const [line, work] = [new ConversionLine(8), new Work()]
    for (const name of ['a1', 'a2', 'a3']) void line.take('ann', stays(), work.of(name))
    void line.take('ben', stays(), work.of('b1'))
    void line.take('cid', stays(), work.of('c1'))
    for (let count = 0; count < 5; count++) await work.endOne()
    expect(work.begun).toEqual(['a1', 'b1', 'c1', 'a2', 'a3'])
  })

  it('of several accounts with costly files keep nobody else waiting for more than one of them', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    try {
      const [line, work] = [new ConversionLine(8), new Work()]
      const take = (name: string) => void line.take(name[0]!, stays(), work.of(name))
      const costly = async () => {
        vi.advanceTimersByTime(25_000)
        await work.endOne()
      }
      take('a1')
      take('b1')
      await costly()
      take('a2')
      take('v1')
      await costly()
      expect(work.begun).toEqual(['a1', 'b1', 'v1'])
      await work.endOne()
      take('b2')
      take('v2')
      await costly()
      await work.endOne()
      expect(work.begun.slice(3)).toEqual(['a2', 'v2', 'b2'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('count for ten minutes', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    try {
      const [line, work] = [new ConversionLine(8), new Work()]
      const costly = async (account: string) => {
        void line.take(account, stays(), work.of(account))
        vi.advanceTimersByTime(5_000)
        await work.endOne()
      }
      const orderOf = async (...accounts: string[]) => {
        work.begun.length = 0
        for (const account of ['first', ...accounts])
          void line.take(account, stays(), work.of(account))
        for (let count = 0; count <= accounts.length; count++) await work.endOne()
        return work.begun.slice(1)
      }
      await costly('ann')
      expect(await orderOf('ann', 'ben')).toEqual(['ben', 'ann'])
      vi.advanceTimersByTime(600_000)
      await costly('cid')
      expect(await orderOf('cid', 'ann', 'ben')).toEqual(['ann', 'ben', 'cid'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('of whoever has most make way for others, and all together are bounded', async () => {
    const [line, work] = [new ConversionLine(8), new Work()]
    const refused: string[] = []
    const take = (account: string) =>
      line.take(account, stays(), work.of(account)).catch((error: unknown) => {
        refused.push(`${account} ${(error as Problem).problem}`)
      })
    for (let count = 0; count < 5; count++) void take('ann')
    for (const account of ['ben', 'ben', 'ben', 'cid', 'dan']) void take(account)
    await new Promise(setImmediate)
    const tooMany = (...all: string[]) => all.map((who) => `${who} too-many-connections`)
    expect(refused).toEqual(tooMany('ann', 'ben'))
    refused.length = 0
    for (const account of ['eve', 'eve', 'fay', 'gus', 'gus', 'hal', 'ida', 'jan'])
      void take(account)
    await new Promise(setImmediate)
    const all = tooMany('ann', 'ann', 'ann', 'ben', 'eve', 'gus', 'ida', 'jan')
    expect(refused.toSorted()).toEqual(all)
  })

  it('whose turn doesn’t come in 30 s are refused, and make way', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const [line, work] = [new ConversionLine(4), new Work()]
      const first = line.take('ann', stays(), work.of('1'))
      const late = expect(line.take('ann', stays(), work.of('2'))).rejects.toThrow('Too many files')
      vi.advanceTimersByTime(30_000)
      await late
      const third = line.take('ann', stays(), work.of('3'))
      await work.endOne()
      await work.endOne()
      expect([await first, await third]).toEqual(['1', '3'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('go on after one that fails', async () => {
    const [line, work] = [new ConversionLine(8), new Work()]
    const failing = line.take('ann', stays(), () => Promise.reject(new Error('too costly')))
    void line.take('ann', stays(), work.of('next'))
    await expect(failing).rejects.toThrow('too costly')
    await new Promise(setImmediate)
    expect(work.begun).toEqual(['next'])
  })

  it('that wait for somebody who has gone make way at once', async () => {
    const [line, work, gone] = [new ConversionLine(4), new Work(), new AbortController()]
    void line.take('ann', stays(), work.of('1'))
    const left = line.take('ann', gone.signal, work.of('2'))
    await expect(line.take('ann', stays(), work.of('3'))).rejects.toThrow('Too many files')
    gone.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    void line.take('ann', stays(), work.of('3'))
    await expect(line.take('ben', gone.signal, work.of('4'))).rejects.toThrow('gone')
    await work.endOne()
    expect(work.begun).toEqual(['1', '3'])
  })
})
