/** What only the page asks: the past of the yard, what is to come, where nodes stand. */
import { readArtifact } from '../artifact-files.ts'
import type { Answers } from '../../contract/contract.ts'
import { parseInstant } from '../../config/times.ts'
import { formEntries } from '../../config/keys.ts'
import { failure } from '../../domain/failure.ts'
import { readActivity, readHistory } from '../history/trends.ts'
import { readCosts } from '../history/costs.ts'
import { readAgenda } from '../history/agenda.ts'
import { journalTail, taskTimeline } from '../history/timeline.ts'
import { RATE_STEP_MS } from '../metrics.ts'
import { isoTime } from '../views/iso-time.ts'
import type { Yard } from '../yard.ts'
import { procedures, taskOf } from './context.ts'
import { refuse, refuseAs, valueOf } from './failures.ts'
import { importText } from './import-text.ts'
import { parseAgentId } from './task-commands.ts'
import { open } from 'node:fs/promises'

const os = procedures.page

export const pageHandlers = {
  moveNodes: os.moveNodes.handler(async ({ context, input }) => ({
    moved: valueOf(await context.yard.positions.move(input.set)),
  })),
  cost: os.cost.handler(({ context: { yard }, input: { by, parts, since, limit }, signal }) => {
    const now = yard.now()
    const from =
      since === undefined
        ? Math.min(yard.store.spending.firstAt() ?? now, now)
        : instantOf('since', since)
    // What ends in this very moment is told, too.
    const to = now + 1
    if (from >= to) refuse(emptySpan)
    return readCosts(yard, { by, parts, from, to, limit }, signal)
  }),
  activity: os.activity.handler(({ context: { yard }, input, signal }) =>
    readActivity(yard, spanOf(input, yard.now()), input.buckets, signal),
  ),
  moment: os.moment.handler(async ({ context: { yard }, input, signal }) => {
    const at = instantOf('at', input.at)
    return { at: isoTime(at), ...(await yard.past.moment(at, signal)) }
  }),
  history: os.history.handler(({ context: { yard }, input, signal }) => {
    const from = instantOf('from', input.from)
    const now = yard.now()
    // Nothing has happened later than now, and a far year has too many days.
    const to = input.to === undefined ? now : Math.min(instantOf('to', input.to), now)
    if (to <= from) refuse(emptySpan)
    return readHistory(yard, { from, to }, input.buckets, signal)
  }),
  agenda: os.agenda.handler(({ context: { yard }, input, signal }) =>
    readAgenda(yard, instantOf('until', input.until), signal),
  ),
  timeline: os.timeline.handler(({ context, input }) => {
    const { id } = taskOf(context, input.id)
    return taskTimeline(context.yard, id, pageOf(input))
  }),
  journalTail: os.journalTail.handler(({ context, input }) =>
    journalTail(context.yard, pageOf(input)),
  ),
  serviceLog: os.serviceLog.handler(({ context }) =>
    readServiceLog(context.yard.paths.service.log),
  ),
  rates: os.rates.handler(({ context: { yard } }) => ({
    stepMs: RATE_STEP_MS,
    agents: Object.fromEntries(
      [...(yard.rates?.all() ?? [])].map(([id, steps]) => [id, [...steps]]),
    ),
  })),
  searchOutput: os.searchOutput.handler(async ({ context, input: { id, ...wish }, signal }) =>
    valueOf(await context.yard.searchOutput(parseAgentId(id), wish, signal)),
  ),
  outputLine: os.outputLine.handler(async ({ context, input, signal }) => {
    const { id, stream, offset, line } = input
    const question = offset === undefined ? { line } : { offset }
    return valueOf(await context.yard.outputLine(parseAgentId(id), stream, question, signal))
  }),
  artifact: os.artifact.handler(async ({ context, input: { id, ...window } }) =>
    valueOf(await readArtifact(context.yard, taskOf(context, id), window)),
  ),
  settings: os.settings.handler(({ context, input }) => settingsOf(context.yard, input.executor)),
  configure: os.configure.handler(async ({ context, input }) => ({
    changes: [...valueOf(await context.yard.configure(input.scope, input.edits))],
  })),
  trust: os.trust.handler(({ context: { yard } }) => ({
    trusted: yard.isTrusted(),
    ...valueOf(yard.askTrust()),
  })),
  confirmTrust: os.confirmTrust.handler(async ({ context: { yard }, input }) => {
    valueOf(await yard.giveTrust(input.seen))
    return { trusted: yard.isTrusted() }
  }),
  importText: os.importText.handler(({ context, input, signal }) =>
    importText(context, input, signal),
  ),
}

function settingsOf(yard: Yard, executor: string | undefined) {
  const config = yard.config()
  if (executor !== undefined)
    return { entries: formEntries(config.profile(executor)), pending: [], problem: null }
  const read = yard.pendingConfig()
  const pending = read.ok ? [...read.value] : []
  const problem = read.ok ? null : read.error.message
  return { entries: formEntries(config.list(), pending), pending, problem }
}

const pageOf = ({ before, limit }: { before?: number | undefined; limit: number }) => ({
  before: before ?? Number.MAX_SAFE_INTEGER,
  limit,
})

export function instantOf(field: string, text: string): number {
  const at = parseInstant(text)
  return (
    at ??
    refuseAs('bad-request', `${field}: ${JSON.stringify(text)} is no point in time`, {
      hint: 'ISO 8601, such as 2026-03-01T09:00:00+01:00, or a day, such as 2026-03-01',
      facts: { field },
    })
  )
}

const emptySpan = failure('bad-request', 'to: it must be later than from', {
  facts: { field: 'to' },
})

/** Null stands for the first commit. */
function spanOf(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  now: number,
): { readonly from: number | null; readonly to: number } {
  const end = to === undefined ? now : instantOf('to', to)
  const start = from === undefined ? null : instantOf('from', from)
  if (start !== null && end <= start) refuse(emptySpan)
  return { from: start, to: end }
}

/** The end of the owner's log file. Secrets were masked when it was written. */
const TAIL_BYTES = 128 * 1024
const MAX_LINES = 1000

/** Whole lines only, oldest first; none where no host has written one yet. */
async function readServiceLog(path: string): Promise<Answers['page']['serviceLog']> {
  const file = await open(path, 'r').catch(() => null)
  if (!file) return { path, lines: [] }
  try {
    const { size } = await file.stat()
    const start = Math.max(0, size - TAIL_BYTES)
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(size - start),
      position: start,
    })
    const text = buffer.toString('utf8', 0, bytesRead)
    const lines = text.split('\n')
    if (start > 0) lines.shift()
    return { path, lines: lines.filter((line) => line !== '').slice(-MAX_LINES) }
  } finally {
    await file.close()
  }
}
