/** All that is needed to start one agent, made from committed state only. */
import { keysOfOthers } from '../../agents/executors/launch/environment.ts'
import { worktreeBranchOf } from '../../agents/git/worktree/worktree-registry.ts'
import type { Agent } from '../../domain/agent.ts'
import { payersOf } from '../../domain/budget/budget.ts'
import type { Artifact, DependencyResult, LaunchOrder } from '../../domain/executor.ts'
import { shownStateOf, type Plan } from '../../domain/plan.ts'
import { findModel, profileModelOf } from '../../domain/routing/models.ts'
import { takenBy } from '../../domain/decide/mail-turn.ts'
import { profileOf } from '../../domain/routing/resolve.ts'
import type { Profile, Settings } from '../../domain/settings.ts'
import { countedCommit, type Task } from '../../domain/task.ts'
import type { StoreReader } from '../../store/store.ts'

const NOTES = 30
const COMMENTS = 100
const NEIGHBOURS = 500

export function launchOrderOf(
  parts: { plan: Plan; store: StoreReader; settings: Settings; now: number },
  agent: Agent,
): LaunchOrder | null {
  const { plan, store, settings, now } = parts
  const task = plan.tasks.get(agent.taskId)
  const profile = profileFor(settings, agent)
  if (!task || !profile) return null
  const context = task.context ?? 'task'
  return {
    agent,
    task,
    isCapped: payersOf(plan, task).length > 0,
    profile,
    dependencies: dependenciesOf(plan, store, task),
    notes: notesOf(store, task),
    graph: context === 'graph' || context === 'full' ? graphLines(plan, task, context, now) : [],
    resume: agent.resumed ? agent.conversation : null,
    messages: messagesOf(plan, store, agent, now),
    identity: agent.identity && store.identity(agent.identity.id),
    modelId: agent.modelId,
    ...modelsOf(settings, profile, agent.model),
    answer: null,
  }
}

/** What its launch has to know of the models, of the agent's own and of the profile's, and of keys. */
export function modelsOf(
  settings: Settings,
  profile: Profile,
  name: string | null,
): Pick<LaunchOrder, 'model' | 'profileModel' | 'foreignKeys'> {
  const model = name === null ? null : findModel(settings, name)
  return {
    model,
    profileModel: profileModelOf(settings, profile),
    foreignKeys: keysOfOthers(settings, profile, model),
  }
}

/** What this agent has taken and not closed. One without a stored message was written by another program: it is passed over. */
export function messagesOf(
  plan: Plan,
  store: StoreReader,
  agent: Agent,
  now: number,
): LaunchOrder['messages'] {
  return takenBy(plan, agent.id).flatMap(({ messageId, tries: repeats }) => {
    const stored = store.mail.message(messageId)
    if (!stored) return []
    const { id, at, from, kind, priority, task: about, replyTo, text, diff } = stored.message
    return {
      id,
      at: Math.min(at, now),
      from,
      kind,
      priority,
      task: about,
      replyTo,
      text,
      diff,
      repeats,
    }
  })
}

/** The last log lines, and of a person's comments on the changes more than these. */
function notesOf(store: StoreReader, task: Task): LaunchOrder['notes'] {
  const lines = store.logOf(task.id, NOTES + 10 * COMMENTS)
  const comments = lines.filter(({ place }) => place).slice(-COMMENTS)
  const kept = new Set([...comments, ...lines.slice(-NOTES)])
  return lines
    .filter((line) => kept.has(line))
    .map(({ at, by, text, place }) => ({ at, by, text, ...(place ? { place } : {}) }))
}

/** A profile that was taken out of the config while its agent lives: the built-in one of its type still knows how to read and end it. */
const profileFor = (settings: Settings, agent: Agent): Profile | null =>
  profileOf(settings, agent.executor) ?? profileOf(settings, agent.executorType)

/** In the order of their creation, so that the same results give the same base commit. */
function dependenciesOf(plan: Plan, store: StoreReader, task: Task): DependencyResult[] {
  const blockers = [...plan.blockersOf(task.id)].flatMap((id) => plan.tasks.get(id) ?? [])
  return blockers
    .toSorted((a, b) => a.order - b.order)
    .map((blocker) => ({
      id: blocker.id,
      title: blocker.title,
      state: blocker.state.kind === 'abandoned' ? 'abandoned' : 'done',
      resultCommit: blocker.state.kind === 'abandoned' ? null : countedCommit(blocker),
      branch: blocker.worktreeName === null ? null : worktreeBranchOf(blocker.worktreeName),
      artifacts: store.artifactsOf(blocker.id).map((a) => a.artifact as Artifact),
    }))
}

/** graph: what stands next to it; full: all tasks. */
function graphLines(plan: Plan, task: Task, context: 'graph' | 'full', now: number): string[] {
  const near =
    context === 'full'
      ? plan.tasks.keys()
      : new Set([...plan.blockersOf(task.id), ...plan.dependentsOf(task.id)])
  const lines: string[] = []
  for (const id of near) {
    const other = plan.tasks.get(id)
    if (!other || other.id === task.id) continue
    lines.push(`${other.id} (${shownStateOf(plan, other, now)}): ${other.title}`)
    if (lines.length >= NEIGHBOURS) break
  }
  return lines
}
