/** The log of the service, which is rotated when it grows too long. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as delay } from 'node:timers/promises'
import { ok } from '../../../base/result.ts'
import { findYard } from '../../../config/paths.ts'
import { refuseAgent } from '../../connect/refuse-agent.ts'
import { defineSubcommand, option } from '../../spec/define.ts'

const POLL_MS = 250
const CHUNK_BYTES = 65_536

export const logs = defineSubcommand({
  name: 'logs',
  summary: 'prints its log',
  options: { follow: option('-f, --follow', 'goes on as it grows') },
  async handler(cli, { follow }) {
    const allowed = await refuseAgent(cli, 'read the log of the service')
    if (!allowed.ok) return allowed
    const { machine, print } = cli
    const paths = findYard(machine.cwd, machine.env, cli.dir)
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
