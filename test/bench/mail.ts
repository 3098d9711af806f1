/** From a message to the process of the member that it wakes, beside a dependent task's in turn; and what messages that are over cost at the opening of a yard. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TaskId } from '../../src/domain/ids.ts'
import { derivedMessageId } from '../../src/domain/messages/derived-id.ts'
import type { Message } from '../../src/domain/messages/message.ts'
import { standingIdOf } from '../../src/domain/messages/standing.ts'
import type { Yard } from '../../src/yard/yard.ts'
import { sendingOf } from '../../src/yard/messages/send.ts'
import { importTasks, makeYardFolder, openBenchYard, send, type YardFolder } from './bench-yard.ts'
import { median, percentile } from './measure.ts'
import { mixedGraph } from './mixed-graph.ts'
import { buildWorker, openApart } from './open.ts'
import type { Bench, Row } from './report.ts'

const TURNS = 200
const CLOSED = 100_000
const TASKS = 10_000
const OPENINGS = 9
const MEMBER = 'clerk'

export const mail: Bench = {
  name: 'mail',
  about: `message sent → member's process started, and dependency finished → dependent's process started, ${TURNS} times by turns; opening a yard with ${CLOSED} closed messages, and without`,
  run: async () => [...(await wakingRows()), ...(await openingRows())],
}

async function wakingRows(): Promise<Row[]> {
  const { woken, dependent } = await measureWaits()
  const ratio = (p: number): number => percentile(woken, p) / percentile(dependent, p)
  return [
    { what: 'message → process, p50', value: percentile(woken, 50), unit: 'ms' },
    { what: 'dependency → process, p50', value: percentile(dependent, 50), unit: 'ms' },
    { what: 'p50 against p50', value: ratio(50), unit: '×' },
    { what: 'message → process, p99', value: percentile(woken, 99), unit: 'ms' },
    { what: 'dependency → process, p99', value: percentile(dependent, 99), unit: 'ms' },
    { what: 'p99 against p99', value: ratio(99), unit: '×', target: { max: 1.3 } },
  ]
}

interface Waits {
  /** ms, one for each turn. */
  readonly woken: number[]
  readonly dependent: number[]
}

async function measureWaits(): Promise<Waits> {
  const folder = await makeYardFolder()
  // The same program for both, which writes down when it began, as its own first act.
  const profile = 'type = "command"\ncommand = ["date", "+%s%N"]\nstdin = "none"'
  writeFileSync(
    folder.paths.config,
    `[executors.${MEMBER}]\n${profile}\n[members.${MEMBER}]\nexecutor = "${MEMBER}"\n`,
  )
  const yard = await openBenchYard(folder, { maxAgents: 4 })
  const waits: Waits = { woken: [], dependent: [] }
  try {
    for (let turn = 0; turn < TURNS; turn += 1) {
      waits.woken.push(await wakeOnce(yard, turn))
      waits.dependent.push(await dependOnce(yard, turn))
    }
    return waits
  } finally {
    await yard.close()
    folder.remove()
  }
}

/** From the sending to what the member's process printed. */
async function wakeOnce(yard: Yard, turn: number): Promise<number> {
  const ended = untilEnded(yard, standingIdOf(MEMBER))
  const sentAt = performance.timeOrigin + performance.now()
  await sendTo(yard, MEMBER, turn)
  return printedBy(yard, await ended) - sentAt
}

/** From the time of exit.json of the one to what the other printed: both told by the kernel's clock. */
async function dependOnce(yard: Yard, turn: number): Promise<number> {
  const [first, second] = [`a${turn}` as TaskId, `b${turn}` as TaskId]
  const before = untilEnded(yard, first)
  const after = untilEnded(yard, second)
  await importTasks(yard, [
    { id: first, title: first, executor: MEMBER },
    { id: second, title: second, executor: MEMBER, after: [first] },
  ])
  const { endedAt } = yard.store.agent(await before) ?? {}
  return printedBy(yard, await after) - (endedAt ?? Number.NaN)
}

type AgentId = Parameters<Yard['store']['agent']>[0]

/** The agent of the task that ends next. */
function untilEnded(yard: Yard, id: TaskId): Promise<AgentId> {
  return new Promise((resolve) => {
    const off = yard.onCommitted(({ changes }) => {
      for (const change of changes) {
        if (change.entity !== 'agent' || change.after?.taskId !== id) continue
        if (change.after.state.kind !== 'ended') continue
        off()
        resolve(change.after.id)
      }
    })
  })
}

const printedBy = (yard: Yard, agent: AgentId): number =>
  Number(readFileSync(join(yard.paths.agents, agent, 'stdout.log'), 'utf8')) / 1e6

function messageOf(to: string, number: number): Message {
  const at = Date.now()
  return {
    id: derivedMessageId(at, `${to} ${number}`),
    at,
    // Of many senders, as in a year: what one has sent within a minute is counted for each message.
    from: `bench-${number}`,
    to: [to],
    kind: 'message',
    priority: 'normal',
    task: null,
    replyTo: null,
    conversation: null,
    text: `message ${number}: the schema is in docs/schema.md, and what is left of it in the issue.`,
    hops: 0,
    diff: null,
    asks: null,
    decision: null,
  }
}

function sendTo(yard: Yard, to: string, number: number): Promise<void> {
  const source = { settings: yard.config().settings, store: yard.store, now: Date.now() }
  const kind = to === 'person' ? 'person' : 'member'
  const sending = sendingOf(source, messageOf(to, number), [{ name: to, kind }])
  return send(yard, { type: 'message.send', ...sending })
}

/** By turns, so that both meet the same machine. */
async function openingRows(): Promise<Row[]> {
  const [plain, full] = [await makeYardFolder(), await makeYardFolder()]
  try {
    await fill(plain, 0)
    await fill(full, CLOSED)
    const worker = await buildWorker()
    const runs = Array.from({ length: OPENINGS }, () => ({
      plain: openApart(worker, plain).openMs,
      full: openApart(worker, full).openMs,
    }))
    const [plainMs, fullMs] = [
      median(runs.map((run) => run.plain)),
      median(runs.map((run) => run.full)),
    ]
    return [
      { what: `opening ${TASKS} tasks (median of ${OPENINGS})`, value: plainMs, unit: 'ms' },
      { what: `the same beside ${CLOSED} closed messages`, value: fullMs, unit: 'ms' },
      { what: 'with against without', value: fullMs / plainMs, unit: '×', target: { max: 1.1 } },
    ]
  } finally {
    plain.remove()
    full.remove()
  }
}

/** At once, so that they share commits. */
const TOGETHER = 1000

async function fill(folder: YardFolder, messages: number): Promise<void> {
  const yard = await openBenchYard(folder, { runsAgents: false })
  try {
    await importTasks(yard, mixedGraph(TASKS, 'true'))
    for (let number = 0; number < messages; number += TOGETHER) {
      await Promise.all(
        Array.from({ length: TOGETHER }, (_, i) => sendTo(yard, 'person', number + i)),
      )
      await send(yard, { type: 'message.ackAll', names: ['person'] })
    }
  } finally {
    await yard.close()
  }
}
