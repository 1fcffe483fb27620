import { describe, expect, it } from 'vitest'
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

describe('[FL17] conversions of files', () => {
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

  it('of several accounts take turns', async () => {
    const [line, work] = [new ConversionLine(8), new Work()]
    for (const name of ['a1', 'a2', 'a3']) void line.take('ann', stays(), work.of(name))
    void line.take('ben', stays(), work.of('b1'))
    void line.take('cid', stays(), work.of('c1'))
    for (let count = 0; count < 5; count++) await work.endOne()
    expect(work.begun).toEqual(['a1', 'b1', 'a2', 'c1', 'a3'])
  })

  it('of one account leave places to others, and all together are bounded', () => {
    const [line, work] = [new ConversionLine(8), new Work()]
    const taken = (account: string) => line.take(account, stays(), work.of(account)) !== undefined
    expect(Array.from({ length: 5 }, () => taken('ann'))).toEqual([true, true, true, true, false])
    expect(['ben', 'ben', 'ben', 'cid', 'dan', 'eve'].map(taken)).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
    ])
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
    expect(line.take('ann', stays(), work.of('3'))).toBeUndefined()
    gone.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    void line.take('ann', stays(), work.of('3'))
    await expect(line.take('ben', gone.signal, work.of('4'))).rejects.toThrow('gone')
    await work.endOne()
    expect(work.begun).toEqual(['1', '3'])
  })
})
