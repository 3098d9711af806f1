/** Real CLIs that are killed at their work: another real CLI says what becomes of their task, on both wires. */
import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TaskId } from '../../src/domain/ids.ts'
import { DIMENSIONS } from '../../src/domain/judging/score.ts'
import type { TriageVerdict } from '../../src/domain/judging/triage.ts'
import type { Task } from '../../src/domain/task.ts'
import { taskTimeline } from '../../src/yard/history/timeline.ts'
import type { Yard } from '../../src/yard/yard.ts'
import type { Asked, Reply } from '../support/billing-llm.ts'
import { addTask, isOver, PERSON, untilTask } from '../yard/real-place.ts'
import { makeBilledYard, modelFor, shellCall, type BilledYard } from './billed-yard.ts'
import { processesFor } from './running-for.ts'

const RUN_MS = 180_000
const SETTINGS = {
  judging: 'executor = ["claude", "codex"]',
  triage: 'auto = true\ntimeout = "2m"',
  'models.roles': 'evaluator = "billed"\ntriage = "billed"',
}
const REASON = 'the file that it wrote tells'
const SCORED = {
  criteria: [],
  dimensions: Object.fromEntries(
    DIMENSIONS.map((name) => [name, { evidence: 'it is there', at: null, score: 0.9 }]),
  ),
  notes: '',
}

let billed: BilledYard
let yard: Yard
/** What the first request of each second agent held. */
const second = new Map<string, string>()
/** Whose first agent has written, and waits for its model. */
const hanging = new Set<string>()
beforeAll(async () => {
  billed = await makeBilledYard(SETTINGS)
  billed.answerWith(answer)
  yard = await billed.place.open()
}, 900_000)
afterAll(async () => {
  await yard.kill([...yard.plan.agents.keys()], { force: true, redispatch: false }, PERSON)
  await yard.close()
  await billed.remove()
})

const agentsOf = (id: string) => yard.store.agents({ which: 'all', taskId: id as TaskId })

function answer(asked: Asked): Reply {
  const { body, results, tools } = asked
  const [id = '', verdict] = /\b(done|continue|restart|wait)-(?:claude|codex)\b/.exec(body) ?? []
  if (body.includes('ended without saying how it went'))
    return { say: JSON.stringify({ evidence: '', verdict, reason: REASON, note: '' }) }
  if (body.includes('downstream_usability')) return { say: JSON.stringify(SCORED) }
  if (id === '' || tools.length === 0) return { say: 'Nobody asked.' }
  if (agentsOf(id).length === 1) {
    if (results === 0)
      return { call: shellCall(id.endsWith('codex') ? 'codex' : 'claude', firstLine(id)) }
    hanging.add(id)
    return { hangs: true }
  }
  if (!second.has(id)) second.set(id, body)
  return { say: 'It is finished.' }
}

const firstLine = (id: string): string => `echo by-the-first-of-${id} > result.txt`

/** Kills all that runs for the task's agent but what watches it, once it has written; its CLI keeps a conversation a moment later. */
async function killAtWork(id: string): Promise<void> {
  await expect.poll(() => hanging.has(id)).toBe(true)
  await expect.poll(() => keepsConversation(firstLine(id))).toBe(true)
  await expect
    .poll(async () => (await workersOf(id)).length, { timeout: 10_000 })
    .toBeGreaterThan(0)
  for (const { pid } of await workersOf(id)) process.kill(pid, 'SIGKILL')
}
async function keepsConversation(text: string): Promise<boolean> {
  const home = dirname(billed.place.root)
  for await (const file of glob(['claude/projects/**/*.jsonl', 'codex/sessions/**/*.jsonl'], {
    cwd: home,
  }))
    if (hasWhole(await readFile(join(home, file), 'utf8'), text)) return true
  return false
}
/** With what came of it: a CLI drops a call without an outcome from a conversation that goes on. */
const hasWhole = (kept: string, text: string): boolean =>
  /tool_result|function_call_output/.test(kept.slice(kept.indexOf(text))) && kept.includes(text)
const workersOf = async (id: string) =>
  (await processesFor(billed.place.paths, id)).filter(
    ({ line }) => /(?:claude|codex)\S* /.test(line) && !line.includes('supervise.sh'),
  )

describe.each(['claude', 'codex'] as const)('a %s that was killed', (worker) => {
  async function killed(verdict: TriageVerdict, more: object = {}): Promise<string> {
    const id = `${verdict}-${worker}`
    const verify = 'test -s result.txt'
    const task = { id: id as TaskId, title: id, description: 'Write it.', executor: worker, verify }
    await addTask(yard, { ...task, model: modelFor(worker), ...more })
    await killAtWork(id)
    return id
  }
  const ended = async (id: string) => {
    const task = await untilTask(yard, id, isOver)
    const agents = agentsOf(id).toSorted((a, b) => a.claimedAt - b.claimedAt)
    const conversations = new Set(agents.map(({ conversation }) => conversation?.id))
    return { task, agents, conversations: conversations.size }
  }
  const timelineOf = (id: string): string =>
    taskTimeline(yard, id as TaskId, { before: Number.MAX_SAFE_INTEGER, limit: 100 })
      .rows.map(({ text }) => text)
      .join('\n')

  it('goes on in the same conversation', { timeout: RUN_MS }, async () => {
    const id = await killed('continue')
    const { task, agents, conversations } = await ended(id)
    expect([task.state.kind, task.attempts, agents.length, conversations]).toEqual([
      'done',
      1,
      2,
      1,
    ])
    expect(second.get(id)).toContain(firstLine(id))
    expect(agents[0]).toMatchObject({
      state: { failure: { class: 'crash' } },
      triage: { verdict: 'continue' },
    })
    expect(timelineOf(id)).toContain(`continue: ${REASON}`)
  })

  it('begins anew', { timeout: RUN_MS }, async () => {
    const id = await killed('restart')
    const { task, agents, conversations } = await ended(id)
    expect([task.state.kind, task.attempts, agents.length, conversations]).toEqual([
      'done',
      1,
      2,
      2,
    ])
    expect(second.get(id)).not.toContain(firstLine(id))
    expect(timelineOf(id)).toContain(`restart: ${REASON}`)
  })

  it('was done: its work is verified, and goes through the gate', { timeout: RUN_MS }, async () => {
    const id = await killed('done', { gate: '0.7' })
    const { task, agents } = await ended(id)
    expect([task.state.kind, task.attempts, agents.length]).toEqual(['done', 0, 1])
    expect(task.evaluation).toMatchObject({ score: expect.closeTo(0.9), passed: true })
    expect(agents[0]).toMatchObject({ triage: { verdict: 'done', outcome: 'gate' } })
    expect(timelineOf(id)).toContain(`done: ${REASON}`)
  })

  it('is backed off from, free', { timeout: RUN_MS }, async () => {
    const id = await killed('wait')
    const isWaiting = ({ state, backOffs }: Task): boolean =>
      state.kind === 'open' && backOffs === 1 && state.notBefore !== null
    expect(await untilTask(yard, id, isWaiting)).toMatchObject({ attempts: 0 })
    const { task, agents } = await ended(id)
    expect([task.state.kind, task.attempts, agents.length]).toEqual(['done', 0, 2])
    expect(timelineOf(id)).toContain(`wait: ${REASON}`)
  })
})
