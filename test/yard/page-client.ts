/** A real yard under a manual clock, and a client of its handlers in the same process. */
import type { Client } from '../../src/cli/connect/owner.ts'
import type { Usage } from '../../src/domain/agent.ts'
import type { Actor, Command, Reply } from '../../src/domain/command.ts'
import type { EvaluationPolicy } from '../../src/domain/judging/evaluation.ts'
import { workFailure } from '../../src/domain/failure.ts'
import { createYardClient } from '../../src/yard/handlers/router.ts'
import { createLiveView, type LiveView } from '../../src/yard/views/live-view.ts'
import { openTestYard, type TestYard } from '../headless/served-yard.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { claimOf, COORDINATOR, endCommand, PERSON } from '../support/plan-builder.ts'

export interface PageBench {
  readonly test: TestYard
  readonly clock: ManualClock
  readonly view: LiveView
  readonly client: Client
  /** As an agent, or whoever else. */
  clientOf(actor: Actor): Client
  run(command: Command, by?: Actor): Promise<Reply>
  /** One whole try of a task: claimed now, ended after `ms` with exit 0 or the code given. */
  tryTask(id: string, number: number, how?: Try): Promise<void>
  close(): Promise<void>
}

interface Try {
  readonly ms?: number
  readonly code?: number
  readonly usage?: Partial<Usage>
  /** It ends by asking this. */
  readonly question?: string
  /** What its result must pass. */
  readonly evaluation?: EvaluationPolicy
}

const NO_USAGE: Usage = {
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  reasoningTokens: null,
  costUsd: null,
}

/** Nothing is started by itself: the test is the coordinator. */
export async function openPageBench(
  clock = createManualClock(),
  more: Pick<NonNullable<Parameters<typeof openTestYard>[0]>, 'prepare' | 'judging'> = {},
): Promise<PageBench> {
  const test = await openTestYard({ clock, runsAgents: false, ...more })
  const { yard } = test
  const view = createLiveView(yard, clock)
  const host = { url: () => null, pageUrl: () => null, stop: () => {} }
  const clientOf = (actor: Actor): Client => createYardClient({ yard, host, actor, view })
  const run = async (command: Command, by: Actor = PERSON): Promise<Reply> => {
    const reply = await yard.dispatch(command, by)
    if (!reply.ok) throw new Error(`${command.type}: ${reply.error.message}`)
    return reply.value
  }
  return {
    test,
    clock,
    view,
    client: clientOf(PERSON),
    clientOf,
    run,
    async tryTask(
      id,
      number,
      { ms = 1000, usage, question, evaluation, code = question === undefined ? 0 : 1 } = {},
    ) {
      await run({ type: 'agents.claim', claims: [claimOf(id, number)] }, COORDINATOR)
      const agent = [...yard.plan.agents.values()].find((one) => one.taskId === id)
      clock.advance(ms)
      const end = endCommand(number, agent?.generation ?? 1, {
        exit: { code, signal: null },
        ...(question === undefined ? {} : { failure: workFailure('question', question) }),
      })
      const told = usage ? { ...NO_USAGE, ...usage } : null
      const judged = evaluation ? { evaluation } : {}
      await run({ ...end, endedAt: clock.now(), usage: told, ...judged } as Command, COORDINATOR)
    },
    async close() {
      view.close()
      await test.close()
    },
  }
}

interface Told {
  readonly kind: string
  readonly message: string
  readonly hint?: string
}

export const failureOf = (call: Promise<unknown>): Promise<Told> =>
  call.then(
    () => ({ kind: 'done', message: '' }),
    (error: { data: Told }) => error.data,
  )
