/** Ending agents: what stops and what is kept is said before, how far it is while it goes on, and what became of it afterwards. */
import type { AgentView } from '../../../contract/view.ts'
import { isLaunched } from '../../../domain/routing/holder.ts'
import { durationText, elapsedText, parseDuration } from '../../../domain/format.ts'
import { announce, closeToast, openToast, showToast } from '../../model/toasts.ts'
import type { YardClient } from '../../model/session/link.ts'
import { sendCommand, type Session } from '../../model/session/session.ts'
import { subjectOf, type Action, type ActionQuestion, type Facts, type Subject } from '../action.ts'
import { perform, setKilling } from '../perform.ts'
import { resume } from './hold.ts'

interface KillOptions {
  /** The task starts anew at once instead of being paused. */
  readonly again: boolean
}

const killAction = (id: string, key: string, { again }: KillOptions): Action => ({
  id,
  label: again ? 'Kill and start again' : 'Kill',
  icon: 'kill',
  look: 'danger',
  keys: [key],
  // What a person does by hand is not killed from here.
  blocked: ({ agent }) =>
    agent !== null && isLaunched(agent) && agent.by !== 'pilot' ? null : 'No agent works on it',
  note: () =>
    again ? 'Its files stay. Another agent starts.' : 'Its files stay. The task is paused then.',
  ask: (subjects, facts) => killQuestion(subjects, facts, again),
  run: async ({ session, killing }, subjects, choice) => {
    const agents = subjects.flatMap(({ agent }) => agent ?? [])
    if (choice === FORCE) for (const agent of agents) forceKill(session, agent.id, again)
    else await killAgents(session, unasked(agents, killing), { again })
    return true
  },
})

export const kill = killAction('task.kill', 'k', { again: false })
export const killRestart = killAction('task.kill-restart', 'shift+k', { again: true })

const FORCE = 'force'

const unasked = (
  agents: readonly AgentView[],
  killing: ReadonlySet<string>,
): readonly AgentView[] =>
  agents.filter(({ id, status }) => status !== 'stopping' && !killing.has(id))

/** Agents that were asked before are ended by force; where some were not, those are meant. */
export function killQuestion(
  subjects: readonly Subject[],
  { now, killing }: Pick<Facts, 'now' | 'killing'>,
  again: boolean,
): ActionQuestion {
  const fresh = subjects.filter(({ agent }) => unasked(agent ? [agent] : [], killing).length > 0)
  return fresh.length === 0 ? forceQuestion(subjects) : firstQuestion(fresh, now, again)
}

const namesOf = ([first, ...more]: readonly Subject[]): string =>
  more.length === 0 ? (first?.agent?.id ?? '') : `${more.length + 1} agents`

function forceQuestion(subjects: readonly Subject[]): ActionQuestion {
  const [it, its] = subjects.length === 1 ? ['It was', 'Its'] : ['They were', 'Their']
  return {
    title: `End ${namesOf(subjects)} by force?`,
    lines: [
      `${it} asked to stop and may still be saving work. By force nothing more is saved.`,
      `${its} files stay where they are.`,
    ],
    choices: [{ id: FORCE, label: 'End by force', look: 'danger' }],
  }
}

function firstQuestion(subjects: readonly Subject[], now: number, again: boolean): ActionQuestion {
  const isOne = subjects.length === 1
  const ms = workMs(subjects, now)
  const work = ms === null ? 'The work' : `${durationText(ms)} of work`
  return {
    press: `${again ? 'Kill and start again' : 'Kill'}? ${workText(subjects, now)}`,
    title: `Kill ${namesOf(subjects)}?`,
    lines: [
      `${work} stops; ${isOne ? 'its' : 'their'} files stay where they are.`,
      AFTERWARDS[isOne ? 'one' : 'many'][again ? 'again' : 'paused'],
    ],
    choices: [{ id: 'kill', label: `Kill ${namesOf(subjects)}`, look: 'danger' }],
  }
}

const AFTERWARDS = {
  one: {
    again: 'Its task starts again at once.',
    paused: 'Its task is paused until you start it again.',
  },
  many: {
    again: 'Their tasks start again at once.',
    paused: 'Their tasks are paused until you start them again.',
  },
} as const

/** Null: none of them has been seen to start, so its length is not known. */
function workMs(subjects: readonly Subject[], now: number): number | null {
  const started = subjects.flatMap(({ agent }) => agent?.startedAt ?? [])
  if (started.length === 0) return null
  return started.reduce((sum, at) => sum + Math.max(0, now - Date.parse(at)), 0)
}

/** `12m of work`, for a button. */
export function workText(subjects: readonly Subject[], now: number): string {
  const ms = workMs(subjects, now)
  if (ms === null) return 'It has just begun.'
  const isMinutes = ms >= 60_000 && ms < 3_600_000
  return `${isMinutes ? `${Math.floor(ms / 60_000)}m` : elapsedText(ms)} of work`
}

/** Where the configuration cannot be read, force is offered late rather than early. */
const UNKNOWN_GRACE_MS = 30_000
/** The host uses force by itself when the grace is over: what it ends with that needs no offer. */
const FORCED_WITHIN_MS = 3000

async function killAgents(
  session: Session,
  agents: readonly AgentView[],
  options: KillOptions,
): Promise<void> {
  const graceMs = await fetchGrace(session)
  await Promise.all(agents.map((agent) => killOne(session, agent, { ...options, graceMs })))
}

async function killOne(
  session: Session,
  { id, task }: AgentView,
  { again, graceMs }: KillOptions & { readonly graceMs: number | null },
): Promise<void> {
  const grace = graceMs === null ? null : durationText(graceMs)
  let offer = -1
  let timer: ReturnType<typeof setTimeout> | undefined
  const onSent = (): void => {
    if (timer !== undefined) return
    setKilling(session, id, true)
    showToast(`Asked ${id} to stop.${grace === null ? '' : ` It has ${grace}.`}`)
    announce(`Asked ${id} to stop.`)
    timer = setTimeout(
      () => {
        offer = offerForce(session, id, { again, grace })
      },
      (graceMs ?? UNKNOWN_GRACE_MS) + FORCED_WITHIN_MS,
    )
  }
  const result = await sendCommand(session, ({ agent }, commandId) => {
    onSent() // no agent was asked before it goes out
    return agent.kill({ id, redispatch: again, commandId })
  })
  setKilling(session, id, false)
  clearTimeout(timer)
  closeToast(offer)
  if (!result.ok) return showToast(`${id}: ${result.error.message}`, { kind: 'error' })
  if (again) return showToast(`${id} ended. Its task starts again.`)
  sayPaused(session, id, task)
}

/** A killed task reopens paused; to let it start again is one press. */
function sayPaused(session: Session, agent: string, task: string): void {
  const run = (): void => {
    const card = session.yard.getState().tasks.get(task)
    if (card) void perform(session, resume, [subjectOf(session, card, true)])
  }
  const act = { label: 'Start again', run }
  showToast(`${agent} ended. Its task is paused.`, { act, lastsMs: 8000 })
}

/** Only after the grace: most agents need none. Gives the toast's number: it means nothing once the agent has ended. */
function offerForce(
  session: Session,
  id: string,
  { again, grace }: KillOptions & { readonly grace: string | null },
): number {
  const run = (): void => forceKill(session, id, again)
  return openToast(`${id} has not stopped${grace === null ? '' : ` within ${grace}`}.`, {
    kind: 'error',
    act: { label: 'End it by force', run },
  })
}

/** Ends its processes at once, without the grace. Who asked it to stop first is told of the end. */
export function forceKill(session: Session, id: string, again: boolean): void {
  const input = { id, force: true, redispatch: again, commandId: crypto.randomUUID() }
  void session
    .call(({ agent }) => agent.kill(input), 'repeats')
    .then((done) => {
      if (!done.ok) showToast(`${id}: ${done.error.message}`, { kind: 'error' })
    })
}

type ConfigEntry = Awaited<ReturnType<YardClient['service']['config']>>[number]

/** `agent.stop_grace`: how long the host waits between asking an agent to end and ending it, ms; null while it is not known. */
export function graceOf(entries: readonly ConfigEntry[]): number | null {
  const value = entries.find(({ key }) => key === 'agent.stop_grace')?.value
  return value === undefined ? null : parseDuration(String(value), 's')
}

export async function fetchGrace(session: Session): Promise<number | null> {
  const found = await session.call(({ service }) => service.config())
  return found.ok ? graceOf(found.value) : null
}
