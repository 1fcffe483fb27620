import { parseArgs } from 'node:util'
import { examine, type Diagnosis, type LookOptions, reportOf } from '../doctor/index.js'
import { negotiated } from './negotiated.js'

const HELP = `Says what the network between here and a whereabouts server does to streams, polls and posts.

  npx @whereabouts/client doctor https://docs.example.com

  --long SECONDS         watch for so long whether streams are cut, at most 600;
                         a quick look takes 5 seconds
  --room NAME            look at this room and not at one of its own
  --header 'NAME: VALUE' send this header with every request, such as Authorization or
                         Cookie; may be given several times
  --json                 print everything that was found as JSON
  --help                 this text

Exits with 0 if nothing is wrong, with 1 if something is, and with 2 if the server can't
be reached or doesn't let you in.
`

const LONGEST_S = 600

const EXIT_CODES: { readonly [state in Diagnosis['state']]: number } = {
  well: 0,
  trouble: 1,
  unreachable: 2,
}

/** Where the command writes. */
export interface Output {
  readonly write: (text: string) => void
  readonly warn: (text: string) => void
}

/** What was asked for on the command line. */
interface Asked {
  readonly look: LookOptions
  readonly isJson: boolean
}

/** Runs the command and returns its exit code. Never throws. @see PROTOCOL.md DR13 */
export async function run(args: readonly string[], { write, warn }: Output): Promise<number> {
  try {
    const asked = readArgs(args)
    if (asked === undefined) {
      write(HELP)
      return 0
    }
    if (asked.look.longMs !== undefined) warn(`Watching for ${asked.look.longMs / 1_000} s …\n`)
    const diagnosis = await examine(asked.look, { httpVersion: negotiated })
    write(asked.isJson ? `${JSON.stringify(diagnosis, null, 2)}\n` : reportOf(diagnosis))
    return EXIT_CODES[diagnosis.state]
  } catch (error) {
    warn(`${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  }
}

/** @returns `undefined` if the text of help is wanted @throws {Error} that says what is wrong */
function readArgs(args: readonly string[]): Asked | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      long: { type: 'string' },
      room: { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const [command, address, ...more] = positionals
  if (command !== 'doctor' || address === undefined || more.length > 0) {
    throw new Error('say "doctor" and the address of a server; --help says more')
  }
  const longMs = values.long === undefined ? undefined : readSeconds(values.long) * 1_000
  const look = {
    url: readAddress(address),
    headers: new Headers(values.header.map(readHeader)),
    ...(longMs !== undefined && { longMs }),
    ...(values.room !== undefined && { room: values.room }),
  }
  return { look, isJson: values.json }
}

function readAddress(text: string): URL {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text)
  throw new Error(`${text} is not an address that begins with http:// or https://`)
}

function readSeconds(text: string): number {
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : NaN
  if (seconds >= 1 && seconds <= LONGEST_S) return seconds
  throw new Error(`--long is a number of seconds from 1 to ${LONGEST_S}`)
}

function readHeader(text: string): [name: string, value: string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(.*)$/.exec(text) ?? []
  if (name !== undefined && value !== undefined) return [name, value]
  throw new Error("--header is 'NAME: VALUE'")
}
