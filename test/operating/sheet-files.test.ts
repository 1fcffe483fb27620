import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFile, sheetsIn } from '@whereabouts/univer/files'
import { writeXlsx } from 'hucre/xlsx'
import { describe, expect, it } from 'vitest'
import { fetchDocument } from '../browser/office-window.js'
import { runCommand } from '../servers/command.js'
import { startServer } from '../servers/standalone.js'

async function newFolder() {
  const path = await mkdtemp(join(tmpdir(), 'whereabouts-files-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A workbook with a formula, and with formats within a text, which sheets can't have. */
function budget(): Promise<Uint8Array> {
  const cells = new Map([
    ['1,0', { formula: 'A1*2' }],
    ['2,0', { value: 'xy', richText: [{ text: 'x', font: { bold: true } }, { text: 'y' }] }],
  ])
  return writeXlsx({ sheets: [{ name: 'Costs', rows: [[900]], cells }, { name: 'Two' }] })
}

describe('commands with files of spreadsheets', () => {
  it.each([
    ['of a running server', true],
    ['of a data folder', false],
  ])('[FL14] import and export documents %s', async (_, isRunning) => {
    await using folder = await newFolder()
    const at = { WHEREABOUTS_DATA: join(folder.path, 'data') }
    await using server = isRunning
      ? await startServer({ dataDir: at.WHEREABOUTS_DATA })
      : { baseUrl: '', [Symbol.asyncDispose]: async () => {} }
    const file = join(folder.path, 'Budget.xlsx')
    writeFileSync(file, await budget())
    expect(await runCommand(['documents', 'import', 'costs', file], at)).toMatchObject({
      code: 0,
      out: 'left out: formatting within a text; the text is kept (1, Costs A3)\nimported costs\n',
      err: '',
    })
    if (isRunning) {
      const doc = await fetchDocument(server.baseUrl, 'costs')
      expect(doc.getMap('about').get('title')).toBe('Budget')
      expect(sheetsIn(doc).map(({ sheet }) => sheet.name)).toEqual(['Costs', 'Two'])
    }
    const again = await runCommand(['documents', 'import', 'costs', file], at)
    expect(again).toMatchObject({ code: 1 })
    expect(again.err).toContain('has a document already')

    const [out, text] = ['out.xlsx', 'out.csv'].map((name) => join(folder.path, name))
    for (const output of [out!, text!]) {
      const ran = await runCommand(['documents', 'export', 'costs', '--output', output], at)
      expect(ran).toMatchObject({ code: 0, err: '' })
    }
    const { sheets } = await readFile(readFileSync(out!), out!)
    expect(sheets[0]!.cells).toEqual({
      0: { 0: { v: 900 } },
      1: { 0: { f: '=A1*2' } },
      2: { 0: { v: 'xy' } },
    })
    expect(readFileSync(text!, 'utf8')).toBe('900\r\n=A1*2\r\nxy\r\n')
    const over = await runCommand(['documents', 'export', 'costs', '--output', text!], at)
    expect(over.code).toBe(1)
  })

  it('[FL14 FL8] refuse a bad file, and change nothing', async () => {
    await using folder = await newFolder()
    const at = { WHEREABOUTS_DATA: join(folder.path, 'data') }
    const file = join(folder.path, 'Budget.xlsx')
    writeFileSync(file, 'a,b')
    const ran = await runCommand(['documents', 'import', 'costs', file], at)
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(/Budget\.xlsx: This isn’t an \.xlsx file/)
    expect((await runCommand(['documents', 'list'], at)).out).toBe('')
  })
})
