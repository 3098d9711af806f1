/** Folders of agents that ended long ago are compacted, now and then, while an owner lives. */
import { agentIdSchema } from '../domain/schemas.ts'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { compactOutput } from '../agents/output/compacted-output.ts'
import { landingTarget } from '../agents/git/landing/land.ts'
import { attempted } from '../agents/git/git-failure.ts'
import { isAncestor, openRepository } from '../agents/git/repository.ts'
import { foldersIn } from '../agents/runtime/stages/old-stages.ts'
import type { Agent } from '../domain/agent.ts'
import type { Task } from '../domain/task.ts'
import { planGitGuard } from './git/plan-git-guard.ts'
import type { YardParts } from './yard.ts'

type Parts = Pick<YardParts, 'options' | 'opened' | 'clock' | 'current' | 'log' | 'scope'>

/** Not while an owner has its hands full with starting. */
const FIRST_AFTER_MS = 5 * 60_000
const EVERY_MS = 3_600_000

export function startCompacting(parts: Parts): void {
  let cancel = (): void => {}
  let isClosed = false
  let round: Promise<void> = Promise.resolve()
  const look = async (): Promise<void> => {
    try {
      await compactOld(parts, () => isClosed)
    } catch (error) {
      parts.log.warn('folders of old agents could not be looked at', { error: String(error) })
    }
    if (!isClosed) next(EVERY_MS)
  }
  const next = (ms: number): void => {
    cancel = parts.clock.after(ms, () => {
      round = look()
    })
  }
  next(FIRST_AFTER_MS)
  parts.scope.add(() => {
    isClosed = true
    cancel()
    return round
  })
}

async function compactOld(parts: Parts, isClosed: () => boolean): Promise<void> {
  const { options, current, clock, log } = parts
  if (!current.isTrusted) return
  const before = clock.now() - current.config.settings.agent.keepOutputMs
  const landed = createLanded(parts)
  for (const name of foldersIn(options.paths.agents)) {
    await nextTurn() // there may be thousands
    if (isClosed()) return
    if (!(await isOver(parts, name, { before, landed }))) continue
    await compactOutput(join(options.paths.agents, name), clock.now()).catch((error: unknown) =>
      log.warn('the folder of an old agent could not be compacted', {
        agent: name,
        error: String(error),
      }),
    )
  }
}

/** Its agent and its task ended before that, and nothing of the task waits to be merged. Agents that are not known stay as they are. */
async function isOver(
  { opened: { plan, store } }: Parts,
  name: string,
  { before, landed }: { before: number; landed: (task: Task) => Promise<boolean> },
): Promise<boolean> {
  const id = agentIdSchema.safeParse(name)
  if (!id.success || plan.agents.has(id.data)) return false
  const agent = store.agent(id.data)
  if (!agent || !isOlder(agent.endedAt, before)) return false
  const task = plan.tasks.get(agent.taskId)
  if (!task) return true
  return isTaskOver(task, agent, before) && (await landed(task))
}

const isOlder = (at: number | null, before: number): boolean => at !== null && at < before

/** A repeating task never ends: its runs before the latest have. */
function isTaskOver(task: Task, agent: Agent, before: number): boolean {
  switch (task.state.kind) {
    case 'done':
    case 'failed':
    case 'abandoned':
      return isOlder(task.completedAt ?? agent.endedAt, before)
    default:
      return task.schedule !== null && task.lastAgentId !== agent.id
  }
}

/** Work in a worktree has landed when the yard merged it, or when its commit is in the branch that it is for. */
function createLanded({ options, opened, current }: Parts): (task: Task) => Promise<boolean> {
  const guard = planGitGuard({ plan: opened.plan, paths: options.paths })
  const targets = new Map<string, ReturnType<typeof targetOf>>()
  const targetOf = async (folder: string) => {
    const repo = await openRepository(folder, guard)
    if (!repo.ok) return null
    const found = await landingTarget(repo.value, current.config.settings.worktree.target)
    const tip = found.ok ? found.value.tip : null
    return tip === null ? null : { git: repo.value.git, tip }
  }
  return async (task) => {
    const { resultCommit, worktreeName, landing, repo } = task
    if (resultCommit === null) return worktreeName === null || task.state.kind === 'done'
    if (landing?.state === 'landed' && landing.result === resultCommit) return true
    const folder = repo ?? options.paths.root
    const known = targets.get(folder) ?? targetOf(folder)
    targets.set(folder, known)
    const target = await known
    if (target === null) return false
    const isIn = await attempted(() => isAncestor(target.git, resultCommit, target.tip))
    return isIn.ok && isIn.value
  }
}
