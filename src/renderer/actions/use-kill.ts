/** Ending agents: by a second press for one, by a question for all. What follows is said beforehand, what became of it afterwards. */
import { useState } from 'react'
import type { AgentView } from '../../contract/view.ts'
import type { Problem } from '../model/session/problem.ts'
import { sendCommand } from '../model/session/send-command.ts'
import type { Session } from '../model/session/session.ts'
import { useSession } from '../model/session/session-context.tsx'
import { plural } from '../ui/numbers.ts'
import { ask } from './ask.ts'
import { useCommands } from './commands.ts'
import { sendOrOffer } from './send-or-offer.ts'
import { showToast } from '../model/toasts.ts'
import { isPerson } from '../model/agent-state.ts'

export interface Killing {
  /** Agents whose end was asked for here and has not come yet. */
  readonly busy: ReadonlySet<string>
  readonly problem: Problem | null
  dismiss(): void
  /** `force` ends its processes at once, without the grace. */
  kill(agent: AgentView, force?: boolean): Promise<void>
}

export function useKill(): Killing {
  const session = useSession()
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set())
  const [problem, setProblem] = useState<Problem | null>(null)
  const kill = async ({ id, task }: AgentView, force = false): Promise<void> => {
    setBusy((before) => new Set(before).add(id))
    setProblem(null)
    const result = await sendCommand(session, ({ agent }, commandId) =>
      agent.kill({ id, force, commandId }),
    )
    setBusy((before) => new Set([...before].filter((each) => each !== id)))
    if (!result.ok) setProblem({ ...result.error, message: `${id}: ${result.error.message}` })
    else if (!force) tellEnd(session, id, task)
  }
  return { busy, problem, dismiss: () => setProblem(null), kill }
}

/** A killed task reopens paused; to let it start again is one press. */
function tellEnd(session: Session, agent: string, task: string): void {
  const title = session.yard.getState().tasks.get(task)?.title ?? task
  const run = async (): Promise<void> => {
    const result = await sendOrOffer(
      session,
      (client, commandId) => client.task.release({ id: task, commandId }),
      title,
    )
    if (!result.ok) showToast(`${title}: ${result.error.message}`, { kind: 'error' })
  }
  const act = { label: 'Start again', run: () => void run() }
  showToast(`${agent} ended. “${title}” is paused.`, { act, lastsMs: 8000 })
}

const living = (session: Session): readonly AgentView[] =>
  [...session.yard.getState().agents.values()].filter((agent) => !isPerson(agent))

/** Offers what can be done to all agents, wherever the person is. */
export function useAgentCommands(): void {
  const session = useSession()
  useCommands({
    'agents.kill-all': {
      run: () => void killAll(session),
      blocked: () => (living(session).length === 0 ? 'No agent is alive' : null),
    },
  })
}

export async function killAll(session: Session): Promise<void> {
  const agents = living(session)
  if (agents.length === 0) return
  const { tasks, summary } = session.yard.getState()
  const ready = [...tasks.values()].filter(({ state }) => state === 'ready').length
  const answer = await ask({
    title: agents.length === 1 ? 'Kill the agent?' : `Kill all ${agents.length} agents?`,
    lines: [
      `Stops: ${namesOf(agents, tasks)}.`,
      'Their output, files and worktrees are kept. A try that was begun is spent.',
      ...(ready > 0 && summary?.paused === false
        ? [
            `${plural(ready, 'ready task')} may start on the free slots. Pause the yard to prevent it.`,
          ]
        : []),
    ],
    choices: [
      {
        id: 'kill',
        label: `Kill ${plural(agents.length, 'agent')}`,
        look: 'danger',
        detail: 'Their tasks are paused.',
      },
      { id: 'again', label: 'Kill and start again', detail: 'Their tasks may start anew at once.' },
    ],
  })
  if (answer === null) return
  const redispatch = answer.choice === 'again'
  const result = await sendOrOffer(
    session,
    ({ agent }) => agent.killAll({ redispatch }),
    'Kill all agents',
  )
  if (!result.ok) showToast(`Not killed: ${result.error.message}`, { kind: 'error' })
  else showToast(`${plural(result.value.killed.length, 'agent')} ended`)
}

const NAMED = 5

function namesOf(
  agents: readonly AgentView[],
  tasks: ReadonlyMap<string, { readonly title: string }>,
): string {
  const names = agents
    .slice(0, NAMED)
    .map(({ id, task }) => `${id} on “${tasks.get(task)?.title ?? task}”`)
  const rest = agents.length - names.length
  return [...names, ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}

/** Forgets ended agents for good. Typed, because nothing brings their output back. */
export async function purgeEnded(session: Session): Promise<boolean> {
  const name = session.yard.getState().summary?.name ?? ''
  const answer = await ask({
    title: 'Forget all ended agents?',
    lines: [
      'Their output, prompts and figures are removed from this machine and from the list.',
      'Tasks, their state and their worktrees are kept.',
    ],
    typed: name,
    choices: [{ id: 'purge', label: 'Forget ended agents', look: 'danger' }],
  })
  if (answer === null) return false
  const result = await sendOrOffer(
    session,
    ({ agent }) => agent.dead({ do: 'purge' }),
    'Forget ended agents',
  )
  if (!result.ok) showToast(`Not forgotten: ${result.error.message}`, { kind: 'error' })
  else showToast(`Forgot ${plural(result.value.forgotten.length, 'agent')}`)
  return result.ok
}
