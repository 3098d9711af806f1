/** What real CLIs do when something breaks, in a whole yard: none is believed, waited for or left running beyond what is right. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TaskId } from '../../src/domain/ids.ts'
import type { NewTask, Task } from '../../src/domain/task.ts'
import type { Yard } from '../../src/yard/yard.ts'
import type { Asked, Reply } from '../support/billing-llm.ts'
import { addTask, isOver, PERSON, untilTask } from '../yard/real-place.ts'
import { dollars, makeBilledYard, modelFor, shellCall, type BilledYard } from './billed-yard.ts'
import { ROOT } from './real-yard.ts'
import { processesFor, runningFor } from './running-for.ts'

const RUN_MS = 180_000
/** `native` says itself how long it waits. */
const HUNG = ['claude', 'codex'] as const
const SPENT = { status: 429, message: 'You exceeded your quota', code: 'insufficient_quota' }

let billed: BilledYard
let yard: Yard
const answers = new Map<string, (asked: Asked) => Reply>()

async function give(
  id: string,
  executor: string,
  answer: (asked: Asked) => Reply,
  more: Partial<NewTask> = {},
): Promise<void> {
  answers.set(id, answer)
  const task = { id: id as TaskId, title: 'Do it', description: 'Do it.', executor }
  await addTask(yard, { ...task, model: modelFor(executor), ...more })
}

/** What takes long goes on beside the rest. */
beforeAll(async () => {
  billed = await makeBilledYard({
    agent: 'heartbeat_timeout = "10s"',
    coordinator: 'max_agents = 6',
  })
  billed.answerWith((asked) => {
    const id = /# Task ([\w-]+):/.exec(asked.body)?.[1] ?? ''
    return answers.get(id)?.(asked) ?? { say: 'Nobody asked.' }
  })
  yard = await billed.place.open()
  for (const executor of HUNG) await give(`hung-${executor}`, executor, () => ({ hangs: true }))
  await give('spent', 'qwen', () => ({ refuse: SPENT }))
}, 300_000)
afterAll(async () => {
  const living = [...yard.plan.agents.keys()]
  await yard.kill(living, { force: true, redispatch: false }, PERSON)
  await yard.close()
  await billed.remove()
})

const agentsOf = (id: string) => yard.store.agents({ which: 'all', taskId: id as TaskId })
const isParked = (task: Task): boolean => task.state.kind === 'open' && task.state.park !== null
const running = (id: string) => runningFor(billed.place.paths, id)

it('gemini going in cycles has failed', { timeout: RUN_MS }, async () => {
  const call = shellCall('gemini', 'echo hi')
  await give('cycles', 'gemini', () => ({ say: 'Again.', call }), { maxAttempts: 1 })
  const task = await untilTask(yard, 'cycles', isOver)
  expect(task).toMatchObject({
    state: { kind: 'failed' },
    lastFailure: { reason: expect.stringContaining('Loop detected') },
  })
})

it(
  'a try begins when nothing of the one before runs, and says so',
  { timeout: RUN_MS },
  async () => {
    const loop = `trap '' INT TERM HUP; echo on > started; while :; do date > beat; sleep 0.2; done`
    const isLoop = (line: string): boolean => line.includes('echo on > started')
    let atSecond: readonly string[] | null = null
    await give(
      'stuck',
      'claude',
      () =>
        agentsOf('stuck').length > 1 ? { say: 'It is done.' } : { call: shellCall('claude', loop) },
      { maxAttempts: 3, worktree: 'off' },
    )
    await expect
      .poll(async () => (await running('stuck')).some(isLoop), { interval: 100 })
      .toBe(true)
    const off = yard.onCommitted(() => {
      if (atSecond !== null || (agentsOf('stuck')[1]?.startedAt ?? null) === null) return
      atSecond = []
      void running('stuck').then((lines) => (atSecond = lines.filter(isLoop)))
    })
    const all = await processesFor(billed.place.paths, 'stuck')
    const cli = all.find(({ line }) => /^\S*\/claude /.test(line))
    process.kill(cli?.pid ?? Number.NaN, 'SIGKILL')
    const id = 'stuck' as TaskId
    await untilTask(yard, id, ({ state }) => state.kind === 'open')
    await yard.dispatch({ type: 'task.retry', id, fresh: false }, PERSON)
    await untilTask(yard, id, isOver)
    off()
    expect(atSecond).toEqual([])
    const log = yard.store.logOf(id).map(({ text }) => text)
    expect(log.join('\n')).toContain('still running and had to be ended first')
  },
)

it('claude stops within one call of its cap', { timeout: RUN_MS }, async () => {
  const { llm } = billed
  const from = llm.bill.length
  const call = shellCall('claude', 'echo hi >> out.txt')
  const cap = 0.3
  const answer = (): Reply => ({ say: 'On I go.', call, afterMs: 1500 })
  await give('capped', 'claude', answer, { budget: cap })
  await untilTask(yard, 'capped', ({ state }) => state.kind === 'waiting')
  const bill = llm.bill.slice(from).filter(({ model }) => model.includes('sonnet'))
  expect(dollars(bill)).toBeGreaterThan(cap / 2)
  expect(dollars(bill)).toBeLessThanOrEqual(cap + Math.max(...bill.map((line) => dollars([line]))))
})

it('an agent that is stopped in its first moments ends', { timeout: RUN_MS }, async () => {
  for (let n = 1; n <= 8; n += 1) {
    const id = `short-${n}`
    await give(id, 'codex', () => ({ hangs: true }))
    await untilTask(yard, id, ({ state }) => state.kind === 'in-progress')
    const [agent] = agentsOf(id)
    await yard.kill(agent ? [agent.id] : [], { force: false, redispatch: false }, PERSON)
    expect(agentsOf(id)[0]?.state).toMatchObject({ kind: 'ended', outcome: 'killed' })
    expect(await running(id)).toEqual([])
  }
})

it('codex finds yard although its login shell sets PATH anew', { timeout: RUN_MS }, async () => {
  const other = await makeBilledYard()
  const { root, env } = other.place
  // What the prompt calls it.
  other.answerWith(({ body, results }) => {
    const named = /`(\S*yard) log finds/.exec(body)?.[1] ?? ''
    const call = shellCall('codex', `PATH=/usr/bin:/bin ${named} log finds "found it"`)
    return results === 0 ? { call } : { say: 'Done.' }
  })
  const graph = join(root, '..', 'finds.jsonl')
  const task = { id: 'finds', title: 'Find', executor: 'codex', model: 'billed', worktree: 'off' }
  await writeFile(graph, `${JSON.stringify(task)}\n`)
  const yardly = (...words: string[]) =>
    execa(process.execPath, [join(ROOT, 'src/cli/index.ts'), ...words, '--dir', root], { env })
  await yardly('run', graph)
  const shown: unknown = JSON.parse((await yardly('show', 'finds', '--json')).stdout)
  expect(shown).toMatchObject({ log: [{ text: 'found it' }] })
  await other.remove()
})

it(
  'CLIs that hang are noticed, whatever time their processes burn',
  { timeout: RUN_MS },
  async () => {
    const noticed = (): string[] =>
      [...yard.plan.breakers.values()].flatMap(({ kind, reason }) =>
        kind === 'silence'
          ? HUNG.filter((executor) => reason.includes(`task hung-${executor}:`))
          : [],
      )
    const all: unknown = expect.arrayContaining([...HUNG])
    await expect.poll(noticed, { timeout: 150_000, interval: 500 }).toEqual(all)
  },
)

it('qwen out of quota is parked, and spends no attempt', { timeout: RUN_MS }, async () => {
  const task = await untilTask(yard, 'spent', isParked)
  expect(task).toMatchObject({ attempts: 0, lastFailure: { class: 'quota' } })
})
