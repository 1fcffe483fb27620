import { describe, expect, it } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { ServerCopy } from './server-copy.js'

function typed(client: number, text: string): Doc {
  const doc = new Doc()
  doc.clientID = client
  doc.getText('body').insert(0, text)
  return doc
}

/** Asks the server's document and says what it lacks. */
function ask(copy: ServerCopy, doc: Doc, server: Doc): Uint8Array | null {
  const answer = encodeStateAsUpdate(server, copy.question())
  applyUpdate(doc, answer)
  return copy.lacks(answer)
}

describe("the server's copy", () => {
  it('[CL13] lacks nothing of what came from it', () => {
    const [doc, server] = [new Doc(), typed(1, 'hello')]
    const copy = new ServerCopy(doc)
    expect(ask(copy, doc, server)).toBeNull()
    expect(doc.getText('body').toJSON()).toBe('hello')
    expect(ask(copy, doc, server)).toBeNull()
  })

  it('[CL13] lacks what was typed and what was deleted here', () => {
    const [doc, server] = [new Doc(), typed(1, 'hello')]
    const copy = new ServerCopy(doc)
    ask(copy, doc, server)
    doc.getText('body').insert(5, '!')
    const typedHere = ask(copy, doc, server)
    applyUpdate(server, typedHere!)
    expect(ask(copy, doc, server)).toBeNull()
    doc.getText('body').delete(0, 1)
    const deletedHere = ask(copy, doc, server)
    applyUpdate(server, deletedHere!)
    expect(server.getText('body').toJSON()).toBe('ello!')
    expect(ask(copy, doc, server)).toBeNull()
  })

  it('[CL13] is not sent again what it has acknowledged', () => {
    const [doc, server] = [new Doc(), new Doc()]
    const copy = new ServerCopy(doc)
    doc.getText('body').insert(0, 'x'.repeat(10_000))
    const first = ask(copy, doc, server)!
    applyUpdate(server, first)
    copy.acknowledged(first)
    doc.getText('body').insert(0, 'y')
    expect(ask(copy, doc, server)!.length).toBeLessThan(100)
  })

  it('[CL13] lacks what it had acknowledged when its store is put back', () => {
    const [doc, server] = [new Doc(), new Doc()]
    const copy = new ServerCopy(doc)
    doc.getText('body').insert(0, 'a')
    const first = encodeStateAsUpdate(doc)
    applyUpdate(server, first)
    copy.acknowledged(first)
    const older = new Doc()
    doc.getText('body').insert(1, 'b')
    applyUpdate(older, ask(copy, doc, older)!)
    expect(older.getText('body').toJSON()).toBe('ab')
  })

  it('[CL13] has what it acknowledged while its answer was on the way', () => {
    const [doc, server] = [new Doc(), new Doc()]
    const copy = new ServerCopy(doc)
    doc.getText('body').insert(0, 'a')
    const answer = encodeStateAsUpdate(server, copy.question())
    copy.acknowledged(encodeStateAsUpdate(doc))
    expect(copy.lacks(answer)).toBeNull()
  })

  it('[CL13] is asked about a text that many typed with little said in return', () => {
    const [doc, server] = [new Doc(), new Doc()]
    for (let client = 1; client <= 50; client++) {
      applyUpdate(server, encodeStateAsUpdate(typed(client, 'x'.repeat(1_000))))
    }
    const copy = new ServerCopy(doc)
    ask(copy, doc, server)
    expect(encodeStateAsUpdate(server, copy.question()).length).toBeLessThan(50 * 20)
  })
})
