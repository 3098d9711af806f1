/** `yard service` with its subcommands. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as delay } from 'node:timers/promises'
import { err, ok } from '../../../base/result.ts'
import { findCaller } from '../../../yard/access/caller.ts'
import { yardOfPerson } from '../../connect/connect.ts'
import { failureFromError } from '../../connect/failure-from-error.ts'
import { askOwner, type Client } from '../../connect/owner.ts'
import {
  defineCommand,
  defineSubcommand,
  option,
  printed,
  type Cli,
  type Outcome,
} from '../../spec/define.ts'
import { definedFields } from '../../spec/values.ts'
import { install } from './install.ts'
import { flagOptions, start } from './start.ts'
import { printServiceStatus, status } from './status.ts'
import { restart, stop } from './stop.ts'

/** Only a running host can be asked; without one nothing is done. */
async function askService<T>(
  cli: Cli,
  does: string,
  ask: (service: Client['service']) => Promise<T>,
  show: (reply: T) => string,
): Promise<Outcome> {
  const { machine } = cli
  const paths = yardOfPerson(cli, does)
  if (!paths.ok) return paths
  const caller = findCaller(machine.env, paths.value.root)
  const owner = await askOwner(paths.value, caller)
  if (!owner.ok) return owner
  if (!owner.value)
    return err({
      kind: 'not-running',
      message: 'no service is running',
      hint: 'start it with `yard service start`',
    })
  try {
    return printed(cli, await ask(owner.value.client.service), show)
  } catch (error) {
    return err(failureFromError(error))
  }
}

const pause = defineSubcommand({
  name: 'pause',
  summary: 'starts no new agent from now on, also after a restart',
  handler: (cli) =>
    askService(
      cli,
      'pause the yard',
      (host) => host.pause(),
      () => 'paused: no new agent starts until `yard service resume`',
    ),
})

const resume = defineSubcommand({
  name: 'resume',
  summary: 'starts agents again',
  handler: (cli) =>
    askService(
      cli,
      'resume the yard',
      (host) => host.resume(),
      ({ paused }) => (paused ? 'still paused: is the yard trusted?' : 'agents start again'),
    ),
})

const reload = defineSubcommand({
  name: 'reload',
  summary: 'applies the configuration files, and these options instead of earlier ones',
  options: flagOptions,
  handler: (cli, given) =>
    askService(
      cli,
      'reload the configuration',
      (host) => host.reload(definedFields(given)),
      ({ settings }) => {
        const shown = Object.entries(settings).map(([key, value]) => `${key} ${String(value)}`)
        return `reloaded: ${shown.join(', ')}`
      },
    ),
})

/** How often the log is looked at while it is followed. It is rotated when it grows too long. */
const POLL_MS = 250

const CHUNK_BYTES = 65_536

export const logs = defineSubcommand({
  name: 'logs',
  summary: 'prints its log',
  options: { follow: option('-f, --follow', 'goes on as it grows') },
  async handler(cli, { follow }) {
    const { machine, print } = cli
    const paths = yardOfPerson(cli, 'read the log of the service')
    if (!paths.ok) return paths
    const file = paths.value.service.log
    const lines = createLines((line) => print.item({ line }, () => line))
    let position = readFrom(file, { inode: 0, offset: 0 }, lines.take)
    if (position.inode === 0) print.progress('there is no log yet')
    while (follow && !machine.gone.aborted) {
      await delay(POLL_MS)
      position = readFrom(file, position, lines.take)
    }
    lines.end()
    return ok(0)
  },
})

interface Position {
  /** 0 = no file was seen yet. */
  readonly inode: number
  readonly offset: number
}

/** Reads what is new. Another file under the name, or a shorter one, is read from its beginning. */
function readFrom(
  file: string,
  { inode, offset }: Position,
  take: (bytes: Buffer) => void,
): Position {
  if (!statSync(file, { throwIfNoEntry: false })) return { inode, offset }
  const descriptor = openSync(file, 'r')
  try {
    const { ino, size } = fstatSync(descriptor)
    let at = ino === inode && size >= offset ? offset : 0
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (;;) {
      const count = readSync(descriptor, chunk, 0, CHUNK_BYTES, at)
      if (count === 0) return { inode: ino, offset: at }
      take(chunk.subarray(0, count))
      at += count
    }
  } finally {
    closeSync(descriptor)
  }
}

function createLines(each: (line: string) => void) {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return {
    take(bytes: Buffer): void {
      const parts = (rest + decoder.write(bytes)).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) each(line)
    },
    end(): void {
      if (rest !== '') each(rest)
    },
  }
}

export const service = defineCommand({
  subcommands: [start, stop, restart, status, reload, pause, resume, install, logs],
  examples: [
    'yard service start --max-agents 8',
    'yard service start --yard ~/site --yard ~/shop',
    'yard service status --json',
  ],
  handler: printServiceStatus,
})
