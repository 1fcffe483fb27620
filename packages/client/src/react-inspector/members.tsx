import type { Inspection, InspectedReader, Member } from '@whereabouts/protocol'
import type { ReactNode } from 'react'
import { nameOf, paint } from '../react/parts/person.js'
import { shortJson, useTexts } from './shown.js'
import type { InspectorTexts } from './texts.js'

interface MembersProps {
  readonly members: readonly Member[]
  /** What the server knows besides; without it, the table has only what everybody sees. */
  readonly inspection?: Inspection | undefined
}

/** A table of who is where, and of how they are reached. */
export function Members({ members, inspection }: MembersProps): ReactNode {
  const texts = useTexts()
  if (members.length === 0) return <p>{texts.nobody}</p>
  return (
    <div className="whereabouts-scroll" tabIndex={0} role="group" aria-label={texts.members}>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.name}</th>
            <th scope="col">{texts.status}</th>
            <th scope="col">{texts.where}</th>
            {inspection !== undefined && <Measured />}
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <Row key={member.id} member={member} inspection={inspection} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Measured() {
  const texts = useTexts()
  return (
    <>
      <th scope="col">{texts.reachedBy}</th>
      <th scope="col" title={texts.behindMeans}>
        {texts.behind}
      </th>
      <th scope="col" title={texts.latencyMeans}>
        {texts.latency}
      </th>
    </>
  )
}

function Row({ member, inspection }: { readonly member: Member } & Omit<MembersProps, 'members'>) {
  const texts = useTexts()
  const { id, user, status, location } = member
  return (
    <tr data-member={id} data-status={status}>
      <th scope="row" style={paint(member)} title={id}>
        {user.name}
      </th>
      <td>{texts[status]}</td>
      <td>{location === null ? texts.nowhere : <code>{shortJson(location)}</code>}</td>
      {inspection !== undefined && <MeasuredCells id={id} inspection={inspection} />}
    </tr>
  )
}

function MeasuredCells({
  id,
  inspection,
}: {
  readonly id: string
  readonly inspection: Inspection
}) {
  const texts = useTexts()
  const readers = inspection.readers.filter(({ members }) => members.includes(id))
  const known = inspection.members.find((member) => member.id === id)
  return (
    <>
      <td>{waysOf(readers, known?.polls === true) || texts.unknown}</td>
      <td>{readers.map((reader) => behindOf(reader, texts)).join(', ') || texts.unknown}</td>
      <td>{latencyOf(known, texts)}</td>
    </>
  )
}

/** A long-poll names no member, so it is the member that says that it polls. CO11 */
function waysOf(readers: readonly InspectedReader[], polls: boolean): string {
  const ways = readers.map(({ transport, node }) =>
    node === undefined ? transport : `${transport} (${node})`,
  )
  return [...ways, ...(polls ? ['long-poll'] : [])].join(', ')
}

function behindOf({ behind = 0, isUndrained }: InspectedReader, texts: InspectorTexts): string {
  const versions = behind === 0 ? texts.upToDate : texts.versions(behind)
  return isUndrained === true ? `${versions}, ${texts.stuck}` : versions
}

function latencyOf(
  member: Inspection['members'][number] | undefined,
  { unknown, took }: InspectorTexts,
): string {
  if (member?.latency === undefined) return unknown
  const { tookMs, agoMs } = member.latency
  return took(tookMs, Math.round(agoMs / 1_000))
}

/** Says what the table can't: who reads without a member, and which servers didn't answer. */
export function Notes({ inspection }: { readonly inspection: Inspection }): ReactNode {
  const texts = useTexts()
  const others = inspection.readers.filter(({ members }) => members.length === 0)
  const count = others.length + (inspection.unlisted ?? 0)
  return (
    <>
      {count > 0 && (
        <p>
          {texts.others(count)}: {[...new Set(others.map(({ transport }) => transport))].join(', ')}
        </p>
      )}
      {inspection.silent !== undefined && <p>{texts.silent(inspection.silent.join(', '))}</p>}
      {inspection.isAlone === true && <p>{texts.alone}</p>}
    </>
  )
}

/** Returns a line about who is where, for a moment that is looked back at. */
export function placesOf(members: readonly Member[], nowhere: string): string {
  return members
    .map((member) => {
      const { location } = member
      return `${nameOf(member)}: ${location === null ? nowhere : shortJson(location)}`
    })
    .join('; ')
}
