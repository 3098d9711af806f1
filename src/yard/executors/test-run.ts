/** One trivial real turn of an executor, apart from the graph: whether it can work here, shown rather than guessed. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Answers } from '../../contract/contract.ts'
import { judge } from '../../domain/completion.ts'
import type { LaunchOrder, Runtime, RuntimeReport } from '../../domain/executor.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { agentIdOf, type AgentId, type TaskId } from '../../domain/ids.ts'
import { profileOf, resolveModel, unknownExecutor } from '../../domain/routing/resolve.ts'
import type { Profile, Settings } from '../../domain/settings.ts'
import { orderApart } from './order-apart.ts'

type Answer = Answers['service']['testExecutor']

export type Trials = ReturnType<typeof createTrials>

/** A CLI that retries its provider in silence takes long to give up. */
const TRIAL_MS = 180_000
const GRACE_MS = 5000
/** Beyond any number that an agent of the graph will have. */
const FIRST_NUMBER = 900_000_000_000_000
const PROMPT = 'This is a test of the connection. Use no tools. Answer with the single word: ready'

interface TestRunParts {
  /** A folder of ours; what a trial writes there is removed when it has ended. */
  readonly folder: string
  readonly clock: Clock
  /** Ends what is found in that folder, and removes it. Never rejects. */
  endOld(agents: string): Promise<void>
  openRuntime(agents: string): Runtime
}

export function createTrials(parts: TestRunParts) {
  const { folder, clock } = parts
  let runtime: Runtime | null = null
  let number = 0
  let clearing: Promise<void> | null = null
  const agents = join(folder, 'agents')
  const clear = (): Promise<void> => (clearing ??= parts.endOld(agents))
  return {
    /** Ends and removes what the trials of an owner that was killed have left. Once; `run` sees to it, too. */
    clear,
    /** Resolves when it has ended, or was ended after `TRIAL_MS`. A turn costs what a turn costs. */
    async run(settings: Settings, name: string): Promise<Result<Answer, Failure>> {
      const profile = profileOf(settings, name)
      if (!profile) return err(unknownExecutor(settings, name))
      const unfit = whyUntestable(profile)
      if (unfit) return err(unfit)
      const cwd = join(folder, 'place')
      await clear()
      mkdirSync(cwd, { recursive: true })
      runtime ??= parts.openRuntime(agents)
      // Another number than any that an earlier owner gave: what that left may still be there.
      number = Math.max(number + 1, FIRST_NUMBER + clock.now())
      const order = orderOf({ settings, profile, cwd, id: agentIdOf(number), now: clock.now() })
      if (!order.ok) return order
      const ended = await turnOf(runtime, order.value, clock)
      rmSync(join(agents, order.value.agent.id), { recursive: true, force: true })
      return ok(resultOf(order.value, ended))
    },
    async close(): Promise<void> {
      await clearing
      await runtime?.close()
    },
  }
}

/** Profiles without a turn of their own, or for which a test would be work. */
function whyUntestable({ name, type }: Profile): Failure | null {
  const words: Partial<Record<Profile['type'], string>> = {
    manual: 'a person does its tasks',
    external: 'another orchestrator does its tasks',
    schedule: 'it hands its tasks on to another executor: test that one',
    http: 'a service would take the test for a task',
    shell: 'its tasks bring commands of their own',
  }
  const why = words[type]
  if (why === undefined) return null
  return failure('bad-request', `executor "${name}" cannot be tested by a turn: ${why}`, {
    hint: 'yard executors says whether it can run here',
  })
}

interface Wish {
  readonly settings: Settings
  readonly profile: Profile
  readonly cwd: string
  readonly id: AgentId
  readonly now: number
}

/** The same prompt as for any task. */
function orderOf({ settings, profile, cwd, id, now }: Wish): Result<LaunchOrder, Failure> {
  const model = resolveModel(settings, { model: null }, profile)
  if (!model.ok) return model
  const { name, modelId, why } = model.value
  return ok(
    orderApart({
      settings,
      profile,
      id,
      now,
      taskId: 'trial' as TaskId, // of no plan
      task: { title: 'Test of the connection', description: PROMPT, repo: cwd, mode: 'light' },
      model: {
        model: name,
        modelId,
        provenance: { executor: 'named by the test', model: why },
        timeoutMs: TRIAL_MS,
      },
    }),
  )
}

type Ended = Extract<RuntimeReport, { kind: 'ended' }>

function turnOf(runtime: Runtime, order: LaunchOrder, clock: Clock): Promise<Ended> {
  return new Promise((resolve) => {
    const { id } = order.agent
    const cancel = clock.after(TRIAL_MS, () =>
      runtime.stop(id, { graceMs: GRACE_MS, force: false }),
    )
    const off = runtime.onReport((agentId, _generation, report) => {
      if (agentId !== id || report.kind !== 'ended') return
      cancel()
      off()
      resolve(report)
    })
    runtime.launch(order)
  })
}

function resultOf({ profile, agent }: LaunchOrder, { at, evidence, usage }: Ended): Answer {
  const verdict = judge(evidence, null, profile.type)
  return {
    name: profile.name,
    ok: verdict.outcome === 'done',
    text: evidence.final?.text?.replace(/\s+/g, ' ').trim().slice(0, 200) || null,
    model: agent.model,
    ms: Math.max(0, at - agent.claimedAt),
    usage,
    failure: verdict.failure,
  }
}
