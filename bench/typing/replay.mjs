/**
 * A trace as updates, each with the clock of the other that has to be there before.
 *
 * @typedef {object} Replay
 * @property {readonly { agent: number, needs: number, update: Uint8Array }[]} steps
 * @property {readonly [number, number]} clientIDs
 * @property {readonly [number, number]} clocks those at the end
 * @property {string} text what is written at the end
 * @property {number} edits
 * @property {number} handOvers how many times, in the longest chain of edits, one waits for the other
 */

const CLIENT_IDS = /** @type {const} */ ([1_001, 1_002])

/**
 * Types a trace into two documents, and keeps the updates. Each person has just what the trace says.
 *
 * @param {typeof import('yjs')} Y
 * @param {string} name of the text
 * @param {readonly import('./traces.mjs').Edit[]} edits
 * @returns {Replay}
 */
export function replayOf(Y, name, edits) {
  const docs = CLIENT_IDS.map((id) => Object.assign(new Y.Doc(), { clientID: id }))
  const typed = edits.map(({ agent }) => ({ agent, clock: 0, update: new Uint8Array() }))
  /** How many edits of the other each person has. */
  const taken = [0, 0]
  const steps = edits.map(({ agent, needs, patches }, at) => {
    const [doc, step] = [docs[agent], typed[at]]
    if (doc === undefined || step === undefined) throw new Error(`there is no person ${agent}`)
    for (let n = taken[agent] ?? 0; n <= needs; n++) {
      const other = typed[n]
      if (other !== undefined && other.agent !== agent) Y.applyUpdate(doc, other.update)
    }
    taken[agent] = Math.max(taken[agent] ?? 0, needs + 1)
    step.update = updateOf(doc, name, patches)
    step.clock = Y.getState(doc.store, doc.clientID)
    return { agent, needs: needs < 0 ? 0 : (typed[needs]?.clock ?? 0), update: step.update }
  })
  for (const { agent, update } of typed) {
    for (const [who, doc] of docs.entries()) if (who !== agent) Y.applyUpdate(doc, update)
  }
  const [first] = docs
  if (first === undefined) throw new Error('there is nobody')
  return {
    steps,
    clientIDs: CLIENT_IDS,
    clocks: [Y.getState(first.store, CLIENT_IDS[0]), Y.getState(first.store, CLIENT_IDS[1])],
    text: first.getText(name).toJSON(),
    edits: edits.reduce((sum, { patches }) => sum + patches.length, 0),
    handOvers: handOversIn(edits),
  }
}

/**
 * @param {import('yjs').Doc} doc
 * @param {string} name
 * @param {readonly import('./traces.mjs').Patch[]} patches
 */
function updateOf(doc, name, patches) {
  let update = new Uint8Array()
  doc.once('update', (bytes) => {
    update = Uint8Array.from(bytes)
  })
  doc.transact(() => {
    const text = doc.getText(name)
    for (const [position, deleted, inserted] of patches) {
      if (deleted > 0) text.delete(position, deleted)
      if (inserted !== '') text.insert(position, inserted)
    }
  })
  return update
}

/** @param {readonly import('./traces.mjs').Edit[]} edits */
function handOversIn(edits) {
  /** @type {number[]} */
  const chains = []
  const latest = [0, 0]
  for (const { agent, needs } of edits) {
    const chain = Math.max(latest[agent] ?? 0, needs < 0 ? 0 : (chains[needs] ?? 0) + 1)
    chains.push(chain)
    latest[agent] = chain
  }
  return Math.max(0, ...latest)
}
