/** What the yard says that a task used is what the provider billed for it, with every real CLI. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TaskId } from '../../src/domain/ids.ts'
import type { Task } from '../../src/domain/task.ts'
import { totalUsage } from '../../src/yard/views/task-view.ts'
import type { Yard } from '../../src/yard/yard.ts'
import type { Asked, BillLine, Reply } from '../support/billing-llm.ts'
import { addTask, isOver, PERSON, untilTask } from '../yard/real-place.ts'
import { dollars, makeBilledYard, modelFor, shellCall, type BilledYard } from './billed-yard.ts'
import type { AgentCli } from './install.ts'

const RUN_MS = 150_000
const COMMAND = 'echo hi >> out.txt'

let billedYard: BilledYard
let yard: Yard

beforeAll(async () => {
  billedYard = await makeBilledYard()
  yard = await billedYard.place.open()
}, 300_000)
afterAll(async () => {
  await yard.close()
  await billedYard.remove()
})

/** What a task used by the yard, and by the provider. */
async function bothSides(
  executor: string,
  name: string,
  {
    reply,
    live,
    more = {},
  }: {
    readonly reply: (asked: Asked) => Reply
    /** Of its task. */
    readonly more?: Partial<Parameters<typeof addTask>[1]>
    readonly live?: (id: TaskId) => Promise<unknown>
  },
) {
  const { llm } = billedYard
  const from = llm.bill.length
  billedYard.answerWith((asked) => reply({ ...asked, before: asked.before - from }))
  const id = `${executor}-${name}` as TaskId
  const model = modelFor(executor)
  const description = 'Write the file.'
  const how = { executor, model, worktree: 'off', maxAttempts: 1 } as const
  await addTask(yard, { id, title: 'Write', description, ...how, ...more })
  await live?.(id)
  const task = await untilTask(yard, id, isOver)
  const bill = llm.bill.slice(from)
  const agents = yard.store.agents({ which: 'all', taskId: id })
  const { inputTokens, outputTokens, costUsd } = yard.store.spending.usageOfTask(id, 0)
  // As `show` has it.
  const isBound = totalUsage(agents)?.atLeast ?? false
  return { task, agents, bill, told: { inputTokens, outputTokens, costUsd }, isBound }
}

const billed = (bill: readonly BillLine[]) => ({
  inputTokens: bill.reduce((sum, { input }) => sum + input, 0),
  outputTokens: bill.reduce((sum, { output }) => sum + output, 0),
  costUsd: expect.closeTo(dollars(bill), 9) as number,
})

const isDone = (task: Task): boolean => task.state.kind === 'done'

/** qwen asks again without a word, and gemini takes what came for its answer: both tell nothing of it. */
const CUTS_ARE_SEEN: ReadonlySet<AgentCli> = new Set(['claude', 'codex', 'opencode', 'pi'])

const CLIS = ['claude', 'codex', 'gemini', 'qwen', 'opencode', 'pi'] as const
describe.each(CLIS)('%s is counted as it is billed', { timeout: RUN_MS }, (cli) => {
  const call = shellCall(cli, COMMAND)
  const working = ({ results }: Asked): Reply =>
    results === 0 ? { say: 'I write.', call, cached: 0.5 } : { say: 'Written.', cached: 0.75 }

  it('where nothing breaks, its cache included', async () => {
    const { task, bill, told, isBound } = await bothSides(cli, 'plain', { reply: working })
    expect(isDone(task)).toBe(true)
    expect(bill.length).toBeGreaterThanOrEqual(2)
    expect(told).toEqual(billed(bill))
    expect(isBound).toBe(false)
  })

  it('where requests are refused and sent again', async () => {
    let refused = 0
    const reply = (asked: Asked): Reply => {
      const status = [429, 500][asked.results === 1 ? refused : 2]
      if (status === undefined) return working(asked)
      refused += 1
      return { refuse: { status, headers: { 'retry-after': '1' } } }
    }
    const { task, bill, told } = await bothSides(cli, 'refused', { reply })
    expect(refused).toBe(2)
    expect(isDone(task)).toBe(true)
    expect(told).toEqual(billed(bill))
  })

  it('where a conversation is gone on with', async () => {
    let isKeyGood = false
    const { task, agents, bill, told } = await bothSides(cli, 'resumed', {
      reply: (asked) =>
        asked.results === 0 || isKeyGood ? working(asked) : { refuse: { status: 401 } },
      live: async (id) => {
        await untilTask(yard, id, (one) => one.state.kind === 'waiting')
        isKeyGood = true
        const breaker = [...yard.plan.breakers.values()].find((one) => one.kind === 'provider')
        const key = breaker?.id
        if (key) await yard.dispatch({ type: 'breaker.clear', key }, { kind: 'coordinator' })
        await yard.dispatch({ type: 'task.retry', id, fresh: false }, PERSON)
      },
    })
    expect(isDone(task)).toBe(true)
    expect(agents.map(({ resumed }) => resumed)).toEqual([false, true])
    expect(told).toEqual(billed(bill))
  })

  it.runIf(CUTS_ARE_SEEN.has(cli))('where a stream is cut, as a lower bound', async () => {
    const { bill, told, isBound } = await bothSides(cli, 'cut', {
      reply: (asked) => (asked.before === 1 ? { say: 'I have wr', cut: 'said' } : working(asked)),
    })
    expect(bill.map(({ isWhole }) => isWhole)).toContain(false)
    expect(isBound).toBe(true)
    const [all, whole] = [billed(bill), billed(bill.filter(({ isWhole }) => isWhole))]
    for (const one of ['inputTokens', 'outputTokens'] as const) {
      expect(told[one]).toBeLessThanOrEqual(all[one])
      expect(told[one]).toBeGreaterThanOrEqual(whole[one])
    }
    expect(told.costUsd).toBeLessThanOrEqual(dollars(bill) + 1e-9)
  })
})

describe('sub-agents', { timeout: RUN_MS }, () => {
  const asked = { prompt: 'You help.', description: 'Help' }
  const general = { tool: /^task$/, with: { ...asked, subagent_type: 'general' } }
  const namespace = 'multi_agent_v1'
  type Call = NonNullable<Reply['call']>
  const CALLS: Readonly<Record<string, readonly [AgentCli, Call]>> = {
    claude: [
      'claude',
      { tool: /^(?:Task|Agent)$/, with: { ...asked, subagent_type: 'general-purpose' } },
    ],
    gemini: ['gemini', { tool: /^invoke_agent$/, with: { ...asked, agent_name: 'generalist' } }],
    codex: ['codex', { namespace, tool: /^spawn_agent$/, with: { message: 'You help.' } }],
    opencode: ['opencode', general],
    'opencode-acp': ['opencode', general],
  }
  /** gemini's must say so by a call when they have done. */
  const helping = (cli: AgentCli, { results, tools }: Asked, mayAct: boolean): Reply => {
    if (results === 0 && mayAct)
      return { say: 'I help.', call: shellCall(cli, COMMAND), cached: 0.5 }
    const call = { tool: /^complete_task$/, with: { result: { response: 'Helped.' } } }
    return tools.includes('complete_task') ? { call } : { say: 'Helped.', cached: 0.75 }
  }
  const replying = (executor: string) => {
    const [cli, call] = CALLS[executor] ?? ['claude', shellCall('claude', COMMAND)]
    return (one: Asked): Reply => {
      // Over ACP it passes no question of a sub-agent on, and waits for ever.
      const mayAct = executor !== 'opencode-acp'
      if (!one.body.includes('Write the file.')) return helping(cli, one, mayAct)
      if (one.results === 0) return { say: 'I ask for help.', call, cached: 0.5 }
      // Nobody is told when codex's have done, but by waiting.
      const target = /agent_id[\\": ]+([0-9a-f-]{36})/.exec(one.body)?.[1]
      const waiting = { namespace, tool: /^wait_agent$/, with: { targets: [target] } }
      return cli === 'codex' && one.results === 1
        ? { call: waiting }
        : { say: 'Written.', cached: 0.75 }
    }
  }

  it.each([
    ['claude', 4],
    ['gemini', 4],
    ['opencode-acp', 3],
  ])('of %s are counted', async (executor, requests) => {
    const { task, bill, told, isBound } = await bothSides(executor, 'helped', {
      reply: replying(executor),
    })
    expect(isDone(task)).toBe(true)
    expect(bill).toHaveLength(requests)
    expect(told).toEqual(billed(bill))
    expect(isBound).toBe(false)
  })

  it.each(['codex', 'opencode'])('of %s are not told, so it is a lower bound', async (executor) => {
    const { task, bill, told, isBound } = await bothSides(executor, 'helped', {
      reply: replying(executor),
    })
    expect(isDone(task)).toBe(true)
    expect(bill.length).toBeGreaterThanOrEqual(4)
    expect(isBound).toBe(true)
    expect(told.inputTokens).toBeLessThan(billed(bill).inputTokens)
  })

  it.each(['codex', 'opencode'])('of %s are not to be had under a budget', async (executor) => {
    const seen = new Set<string>()
    const { task, isBound } = await bothSides(executor, 'alone', {
      reply: ({ tools }) => {
        for (const tool of tools) seen.add(tool)
        return { say: 'Written.' }
      },
      more: { budgetTokens: 1_000_000 },
    })
    expect(isDone(task)).toBe(true)
    expect(isBound).toBe(false)
    expect([...seen].filter((tool) => /^(?:task|spawn_agent)$/.test(tool))).toEqual([])
  })
})

it('opencode over ACP counts all of its steps', { timeout: RUN_MS }, async () => {
  const { task, bill, told } = await bothSides('opencode-acp', 'steps', {
    reply: ({ results }) =>
      results < 2
        ? { say: 'I write.', call: shellCall('opencode', COMMAND), cached: 0.5 }
        : { say: 'Written.', cached: 0.75 },
  })
  expect(isDone(task)).toBe(true)
  expect(bill).toHaveLength(3)
  expect(told).toEqual(billed(bill))
})
