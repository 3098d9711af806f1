/** What an agent said and did: whole reports for people, JSON lines, or what its program wrote, byte for byte. */
import { isAgentId } from '../../../domain/ids.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { utcIso } from '../../../base/instant.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import { bytesText } from '../../../domain/format.ts'
import { withYard } from '../../connect/connect.ts'
import type { Client } from '../../connect/owner.ts'
import { argument, defineCommand, option, type Cli } from '../../spec/define.ts'
import { taskId } from '../../spec/values.ts'
import { dateTimeText } from '../../text/format.ts'
import { manyLines, oneLine, shorten } from '../../text/print.ts'

const WINDOW_BYTES = 1_000_000
/** Output is not part of the live graph, so it is polled. */
const POLL_MS = 250
/** Successive windows without new bytes although more are there. */
const MAX_EMPTY_WINDOWS = 40

export const output = defineCommand({
  arguments: { id: argument('<agent|id>', 'such as agent-7, or a task: its latest try', taskId) },
  options: {
    follow: option('-f, --follow', 'goes on until the agent ends'),
    raw: option('--raw', 'as its program wrote it: to a pipe or file byte for byte'),
    stream: option.oneOf('--stream <name>', 'one of stdout, stderr', ['stdout', 'stderr']),
  },
  notes: [
    'A shell or command task has one stream, as a terminal would show it. An agent CLI has two: lines of its stderr are marked and stand where they came.',
  ],
  handler(cli, { id: name, follow, raw, stream = 'merged' as const }) {
    const print = printerOf(cli, raw)
    // What was printed before a connection was lost is not printed again.
    let from = 0
    let id: string | null = null
    return withYard(cli, async ({ client }) => {
      const found: Result<string, Failure> = id === null ? await agentOf(client, name) : ok(id)
      if (!found.ok) return found
      id = found.value
      for (;;) {
        // Asked before the output, so that what an agent wrote last is not missed.
        const hasEnded = !follow || (await client.agent.get({ id })).status === 'ended'
        const wanted = { id, stream, raw, encoding: print.encoding }
        for await (const window of outputFrom(client, wanted, from)) {
          if (!window.ok) return window
          if (from === 0 && window.value.compacted !== null) print.compacted(window.value.compacted)
          print.window(window.value)
          from = window.value.next
          if (cli.machine.gone.aborted) return ok(0)
        }
        if (hasEnded) return ok(0)
        await delay(POLL_MS)
      }
    })
  },
})

type Input = Parameters<Client['agent']['output']>[0]
type Shown = Awaited<ReturnType<Client['agent']['output']>>

/** An agent by its id, or the latest one of a task. */
async function agentOf(client: Client, id: string): Promise<Result<string, Failure>> {
  if (isAgentId(id)) return ok(id)
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
  pause: () => Promise<unknown> = () => delay(POLL_MS),
): AsyncGenerator<Result<Shown, Failure>> {
  let from = start
  for (let empty = 0; empty < MAX_EMPTY_WINDOWS;) {
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
  `the end of ${bytesText(bytes)} of output follows: the rest was removed on ${dateTimeText(at)} ([agent] keep_output)`

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

const MAX_CHARACTERS = 2_000

/** Reports are plain data, because each kind of agent has its own. */
type Report = Readonly<Record<string, unknown>>

const LINES_OF: Readonly<Record<string, (report: Report, text: string) => string[]>> = {
  raw: ({ stream }, text) =>
    linesOf(text).map((line) => (stream === 'stderr' ? `stderr: ${line}` : line)),
  text: (_report, text) => linesOf(text),
  thinking: (_report, text) => linesOf(text).map((line) => `  … ${line}`),
  'tool-call': ({ name, summary, input }) => [
    `→ ${oneLine(String(name ?? 'tool'))} ${short(summary ?? input)}`.trimEnd(),
  ],
  'tool-result': ({ ok }, text) => [`${ok === false ? '←!' : '←'} ${short(text)}`.trimEnd()],
  error: (_report, text) => [`! ${oneLine(text)}`],
  question: (_report, text) => linesOf(`? ${text}`),
  waiting: ({ why, until }) => [
    `… waits for its provider: ${short(why)}${typeof until === 'number' ? ` (until ${dateTimeText(utcIso(until))})` : ''}`,
  ],
  // Book-keeping of the CLI: `yard cost` and `yard pilot` go by it, and `--json` tells it.
  usage: () => [],
  conversation: () => [],
  result: (_report, text) => linesOf(`= ${text}`),
}

export function reportLines(report: Report): string[] {
  const kind = String(report.kind ?? 'report')
  const text = textOf(report, 'text') ?? textOf(report, 'message')
  const linesOfKind = Object.hasOwn(LINES_OF, kind) ? LINES_OF[kind] : undefined
  return linesOfKind
    ? linesOfKind(report, text ?? '')
    : [`${kind}: ${text === null ? short(rest(report)) : oneLine(text)}`]
}

const linesOf = (text: string): string[] => manyLines(text).split('\n')

const textOf = (report: Readonly<Record<string, unknown>>, field: string): string | null => {
  const value = report[field]
  return typeof value === 'string' ? value : null
}

const rest = ({ kind: _kind, ...others }: Readonly<Record<string, unknown>>): unknown => others

function short(value: unknown): string {
  if (value === undefined || value === null) return ''
  return shorten(oneLine(typeof value === 'string' ? value : JSON.stringify(value)), MAX_CHARACTERS)
}
