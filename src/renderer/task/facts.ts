/** Which facts of a task and of an agent are shown, in which words. What is not known is left out. */
import type { AgentView, TaskView } from '../../contract/view.ts'

export interface Fact {
  readonly name: string
  readonly value: string | { readonly at: string } | { readonly ms: number }
}
type Row = readonly [string, Fact['value'] | number | null | undefined]

export function taskFacts(task: TaskView): readonly Fact[] {
  return toFacts([
    ['Id', task.id],
    ['Executor', task.executor],
    ['Model', task.model],
    ['Priority', task.priority === 'normal' ? null : task.priority],
    ['Tags', list(task.tags)],
    ['Tries', task.attempts === 0 ? null : triesText(task)],
    ['Time limit', duration(task.timeoutMs)],
    ['Not before', instant(task.notBefore)],
    ['Sleeps until', instant(task.parkedUntil)],
    ['Schedule', task.schedule && [task.schedule.spec, task.schedule.tz].filter(Boolean).join(' ')],
    ['Verified by', task.verify],
    ['Deliverables', list(task.deliverables)],
    ['Branch', task.branch],
    ['Worktree', task.worktreePath],
    ['Added', instant(task.createdAt)],
    ['Started', instant(task.startedAt)],
    ['Completed', instant(task.completedAt)],
    ['Took', took(task.startedAt, task.completedAt)],
    ['Cost', cost(task.usage?.costUsd)],
  ])
}

export function agentFacts(agent: AgentView): readonly Fact[] {
  return toFacts([
    ['Status', agent.outcome ?? agent.status],
    ['Doing', agent.doing],
    ['Executor', `${agent.executor} (${agent.provenance.executor})`],
    ['Model', agent.model && `${agent.model} (${agent.provenance.model})`],
    ['Try', agent.generation],
    ['Process', agent.pid],
    ['Exit code', agent.exitCode],
    ['Last heard', instant(agent.lastHeardAt)],
    ['Took', took(agent.startedAt, agent.endedAt)],
    ['Tokens', tokens(agent)],
    ['Cost', cost(agent.usage?.costUsd)],
    ['Folder', agent.folder],
  ])
}

const toFacts = (rows: readonly Row[]): readonly Fact[] =>
  rows.flatMap(([name, value]) =>
    value == null || value === ''
      ? []
      : [{ name, value: typeof value === 'number' ? String(value) : value }],
  )

const list = (values: readonly string[]): string => values.join(', ')
const instant = (at: string | null): { at: string } | null => (at === null ? null : { at })
const duration = (ms: number | null): { ms: number } | null => (ms === null ? null : { ms })
const took = (from: string | null, to: string | null): { ms: number } | null =>
  from === null || to === null ? null : { ms: Math.max(0, Date.parse(to) - Date.parse(from)) }
const triesText = (task: TaskView): string =>
  task.maxAttempts === null ? `${task.attempts}` : `${task.attempts} of ${task.maxAttempts}`

function cost(usd: number | null | undefined): string | null {
  if (usd == null) return null
  return usd > 0 && usd < 0.01 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`
}

const count = new Intl.NumberFormat(undefined, { notation: 'compact' })
function tokens({ usage }: AgentView): string | null {
  if (usage?.inputTokens == null && usage?.outputTokens == null) return null
  return `${count.format(usage.inputTokens ?? 0)} in, ${count.format(usage.outputTokens ?? 0)} out`
}
