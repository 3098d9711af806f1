/** What can be done to all agents at once, wherever the person is. */
import type { AgentView } from '../../../contract/view.ts'
import type { Session } from '../../model/session/session.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { isPerson } from '../../model/agent-state.ts'
import { showToast } from '../../model/toasts.ts'
import { plural } from '../../ui/format.ts'
import { ask } from '../ask.ts'
import { useCommands } from '../commands.ts'
import { sendOrOffer } from '../requests.ts'

const living = (session: Session): readonly AgentView[] =>
  [...session.yard.getState().agents.values()].filter((agent) => !isPerson(agent))

export function useAgentCommands(): void {
  const session = useSession()
  useCommands({
    'agents.kill-all': {
      run: () => void killAll(session),
      blocked: () => (living(session).length === 0 ? 'No agent is alive' : null),
    },
    'agents.check': () => void settleDead(session),
  })
}

async function killAll(session: Session): Promise<void> {
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
    ({ agent }, commandId) => agent.killAll({ redispatch, commandId }),
    'Kill all agents',
  )
  if (result.ok) showToast(`${plural(result.value.killed.length, 'agent')} ended`)
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

async function settleDead(session: Session): Promise<void> {
  const result = await sendOrOffer(
    session,
    ({ agent }, commandId) => agent.dead({ do: 'cleanup', commandId }),
    'Check dead agents',
  )
  if (!result.ok) return
  const { length } = result.value.dead
  showToast(length === 0 ? 'No dead agents' : `Settled ${plural(length, 'dead agent')}`)
}

/** Forgets ended agents for good. Typed, because nothing brings their output back. */
export async function purgeEnded(session: Session): Promise<boolean> {
  const answer = await ask({
    title: 'Forget all ended agents?',
    lines: [
      'Their output, prompts and figures are removed from this machine and from the list.',
      'Tasks, their state and their worktrees are kept.',
    ],
    typed: session.yard.getState().summary?.name ?? '',
    choices: [{ id: 'purge', label: 'Forget ended agents', look: 'danger' }],
  })
  if (answer === null) return false
  const result = await sendOrOffer(
    session,
    ({ agent }, commandId) => agent.dead({ do: 'purge', commandId }),
    'Forget ended agents',
  )
  if (result.ok) showToast(`Forgot ${plural(result.value.forgotten.length, 'agent')}`)
  return result.ok
}
