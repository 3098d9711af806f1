/** What an agent said and did: whole reports for people, JSON lines, or what its program wrote, byte for byte. */
import { setTimeout as delay } from 'node:timers/promises'
import { err, ok, type Result } from '../../base/result.ts'
import { bytesText } from '../../domain/format.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { agentIdSchema } from '../../domain/ids.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import type { Client } from '../client.ts'
import { reportLines } from '../report-words.ts'
import { moment } from '../time-words.ts'
import type { Words } from '../words.ts'

const WINDOW_BYTES = 1_000_000
/** Output is not news of the yard, so it is asked for. */
const LOOK_AGAIN_MS = 250
/** Windows in a row that bring nothing although more is there. */
const MOST_EMPTY = 40

export function output(cli: Cli, words: Words): Promise<Outcome> {
  const isRaw = words.flag('raw') ?? false
  const stream = streamOf(words)
  const follows = words.flag('follow') ?? false
  const print = printerOf(cli, isRaw)
  // What was printed before a connection was lost is not printed again.
  let from = 0
  let id: string | null = null
  return withYard(cli, async ({ client }) => {
    const found: Result<string, Failure> =
      id === null ? await agentOf(client, words.arg(0)) : ok(id)
    if (!found.ok) return found
    id = found.value
    for (;;) {
      // Asked before the output, so that what an agent wrote last is not missed.
      const hasEnded = !follows || (await client.agent.get({ id })).status === 'ended'
      const wanted = { id, stream, raw: isRaw, encoding: print.encoding }
      for await (const window of outputFrom(client, wanted, from)) {
        if (!window.ok) return window
        if (from === 0 && window.value.compacted !== null) print.compacted(window.value.compacted)
        print.window(window.value)
        from = window.value.next
        if (cli.machine.gone.aborted) return ok(0)
      }
      if (hasEnded) return ok(0)
      await delay(LOOK_AGAIN_MS)
    }
  })
}

type Input = Parameters<Client['agent']['output']>[0]
type Shown = Awaited<ReturnType<Client['agent']['output']>>

function streamOf(words: Words): NonNullable<Input['stream']> {
  const stream = words.text('stream')
  return stream === 'stdout' || stream === 'stderr' ? stream : 'merged'
}

/** An agent by its id, or the latest one of a task. */
async function agentOf(client: Client, id: string): Promise<Result<string, Failure>> {
  if (agentIdSchema.safeParse(id).success) return ok(id)
  const { agent } = await client.task.get({ id })
  if (agent !== null) return ok(agent)
  const hint = `yard why ${id} says what it waits for`
  return err(failure('unknown-agent', `no agent has worked on ${id} yet`, { hint }))
}

/** All windows up to what is there now. One that brings nothing is asked for again: only the yard knows the end. */
export async function* outputFrom(
  client: { readonly agent: Pick<Client['agent'], 'output'> },
  wanted: Omit<Input, 'from' | 'maxBytes'>,
  start: number,
  pause: () => Promise<unknown> = () => delay(LOOK_AGAIN_MS),
): AsyncGenerator<Result<Shown, Failure>> {
  let from = start
  for (let empty = 0; empty < MOST_EMPTY;) {
    const window = await client.agent.output({ ...wanted, from, maxBytes: WINDOW_BYTES })
    empty = window.next > from ? 0 : empty + 1
    from = window.next
    yield ok(window)
    if (window.isEnd) return
    if (empty > 0) await pause()
  }
  const hint = `what is shown ends at byte ${from}; try again`
  yield err(failure('timeout', `the output of ${wanted.id} cannot be read to its end`, { hint }))
}

interface WindowPrinter {
  readonly encoding: 'utf8' | 'base64'
  window(window: Shown): void
  /** Said once, before what is kept. */
  compacted(whole: NonNullable<Shown['compacted']>): void
}

const compactedText = ({ at, bytes }: NonNullable<Shown['compacted']>): string =>
  `the end of ${bytesText(bytes)} of output follows: the rest was removed on ${moment(at)} ([agent] keep_output)`

function printerOf({ print, machine }: Cli, isRaw: boolean): WindowPrinter {
  if (!isRaw)
    return {
      encoding: 'utf8',
      window({ reports }) {
        for (const report of reports)
          if (print.isJson) print.json(report)
          else for (const line of reportLines(report)) print.line(line)
      },
      compacted(whole) {
        if (print.isJson) print.json({ kind: 'compacted', ...whole })
        else print.line(print.paint('yellow', compactedText(whole)))
      },
    }
  if (print.isJson)
    return {
      encoding: 'utf8',
      window: ({ text }) => void (text && print.json({ text })),
      compacted: (whole) => print.json({ compacted: whole }),
    }
  // Bytes for a file or a program; a terminal must not obey what an agent wrote.
  const decoder = machine.stdout.isTTY ? new TextDecoder() : null
  return {
    encoding: 'base64',
    window({ text }) {
      const bytes = Buffer.from(text ?? '', 'base64')
      print.raw(decoder ? decoder.decode(bytes, { stream: true }) : bytes)
    },
    compacted: (whole) => print.progress(compactedText(whole)),
  }
}
