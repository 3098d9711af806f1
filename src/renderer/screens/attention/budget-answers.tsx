/** A larger budget, given where it is missed: what waits for it goes on by itself, in the same conversations. */
import { type FormEvent, useState } from 'react'
import { type CommandRun, useSession, useTurnover } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { editTask } from '../../actions/task/edit.ts'
import type { AttentionItem } from './attention-items.ts'

export interface AnswerProps {
  readonly item: AttentionItem
  readonly command: CommandRun
}

/** The cap of a day, or of the graph, as the yard’s own file says it. */
export function YardBudgetAnswer({ item, command }: AnswerProps) {
  // Those that run go on at a cap: what is spent grows while the cap stays what it is.
  const key = `${useTurnover()} ${item.key}`
  const costs = useAnswer(({ page }) => page.cost({ by: 'executor', limit: 1 }), { key })
  const which = item.subject === 'graph' ? 'graph' : 'day'
  const budget = costs.value?.budget[which]
  const reached = budget && reachedCap({ ...budget, usd: budget.costUsd })
  if (!reached) return null
  const raise = (value: number): Promise<boolean> => {
    const edits = [{ key: `budget.${which}_${reached.unit}`, value: String(value) }]
    return command.run(({ page }) => page.configure({ scope: 'project', edits }))
  }
  const label = `New budget: ${item.title}`
  return <RaiseForm label={label} reached={reached} command={command} raise={raise} />
}

/** The cap of a task, over all its tries. */
export function TaskBudgetAnswer({ item, command }: AnswerProps) {
  const session = useSession()
  const id = item.task ?? ''
  const key = `${useTurnover()} ${item.key}`
  const task = useAnswer((client) => client.task.get({ id }), { key }).value
  const reached =
    task &&
    reachedCap({
      capUsd: task.budget,
      capTokens: task.budgetTokens,
      usd: task.costUsd,
      tokens: task.tokens,
    })
  if (!reached) return null
  const field = reached.unit === 'usd' ? 'budget' : 'budgetTokens'
  const raise = (value: number): Promise<boolean> =>
    editTask(session, command, {
      id,
      label: `Raised the budget of “${item.title}”`,
      next: { [field]: value },
      before: { [field]: reached.cap },
    })
  const label = `New budget of ${item.title}`
  return <RaiseForm label={label} reached={reached} command={command} raise={raise} />
}

interface RaiseFormProps {
  readonly label: string
  readonly reached: ReachedCap
  readonly command: CommandRun
  readonly raise: (value: number) => Promise<boolean>
}

function RaiseForm({ label, reached, command, raise }: RaiseFormProps) {
  const { unit, spent } = reached
  const [typed, setTyped] = useState(() => String(nextCap(reached)))
  const value = Number(typed)
  const isMore = typed.trim() !== '' && Number.isFinite(value) && value > spent
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isMore && !command.isBusy) void raise(value)
  }
  return (
    <form className="flex items-center gap-2" onSubmit={submit}>
      <span aria-hidden="true">{unit === 'usd' ? '$' : ''}</span>
      <input
        className="input"
        aria-label={`${label}, ${unit === 'usd' ? 'US dollars' : 'tokens'}`}
        inputMode="decimal"
        autoComplete="off"
        value={typed}
        aria-invalid={!isMore}
        onChange={(event) => setTyped(event.target.value)}
      />
      {unit === 'tokens' && <span aria-hidden="true">tokens</span>}
      <Button
        type="submit"
        look="main"
        isBusy={command.isBusy}
        disabled={!isMore}
        title={isMore ? undefined : 'It must be more than what is spent already'}
      >
        Raise
      </Button>
    </form>
  )
}

// Which cap of a budget is reached. Pure.

interface ReachedCap {
  readonly unit: 'usd' | 'tokens'
  readonly cap: number
  readonly spent: number
}

interface Spending {
  readonly capUsd: number | null
  readonly capTokens: number | null
  /** Null = nobody knows. */
  readonly usd: number | null
  readonly tokens: number | null
}

/**
 * Money before tokens. While agents live what they use counts as well, and that may not be told here: then the cap that is
 * set, money first, is the one that is meant. Null = there is none.
 */
export function reachedCap({ capUsd, capTokens, usd, tokens }: Spending): ReachedCap | null {
  const caps = [
    { unit: 'usd', cap: capUsd, spent: usd ?? 0 },
    { unit: 'tokens', cap: capTokens, spent: tokens ?? 0 },
  ] as const
  const set = caps.flatMap(({ unit, cap, spent }) => (cap === null ? [] : [{ unit, cap, spent }]))
  return set.find(({ cap, spent }) => spent >= cap) ?? set[0] ?? null
}

/** What is offered as the next cap: twice the old one, or more than twice where more is spent already; whole cents, or whole tokens. */
export function nextCap({ unit, cap, spent }: ReachedCap): number {
  const wanted = Math.max(cap, spent) * 2
  return unit === 'usd' ? Math.ceil(wanted * 100) / 100 : Math.ceil(wanted)
}
