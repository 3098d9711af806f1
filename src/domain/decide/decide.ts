/** The door of the domain: plan + command → events, or a failure that says what to do instead. Pure. */
import { ok } from '../../base/result.ts'
import type { Steps } from '../../base/steps.ts'
import type { Actor, Command, CommandOf, CommandType } from '../command.ts'
import type { Event } from '../event.ts'
import { failure, type Failure } from '../failure.ts'
import { isStanding } from '../messages/standing.ts'
import { unreadEvents } from '../messages/unread-mail.ts'
import { permit } from '../permissions.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import { addInSteps, decideAdd } from './decide-add.ts'
import { agentDeciders } from './decide-agent.ts'
import { decideAssign, decideAssignmentRequest } from './decide-assign.ts'
import { decideEdit } from './decide-edit.ts'
import { decideEnd } from './decide-end.ts'
import { judgementDeciders } from './decide-judgement.ts'
import { judgedTaskDeciders, judgingDeciders } from './decide-judging.ts'
import { messageDeciders } from './decide-message.ts'
import { decideLandingRequest, decideLandingSettle } from './decide-landing.ts'
import { openDeciders } from './decide-open.ts'
import { decideComplete, decideFail } from './decide-settle.ts'
import { decideRemoveAll, taskDeciders } from './decide-task.ts'
import { triageDeciders } from './decide-triage.ts'
import {
  decided,
  noOp,
  refused,
  withTask,
  type Circumstances,
  type Decided,
  type Deciders,
} from './decision.ts'

export function decide(plan: Plan, command: Command, now: Circumstances): Decided {
  const forbidden = permit(plan, now.by, command) ?? keptOfMember(command, now.by)
  if (forbidden) return refused(forbidden)
  const events = decideOne(plan, command, now)
  if (!events.ok) return events
  const unread = unreadEvents(plan, events.value.events, now.at)
  if (unread.length === 0) return events
  return ok({ ...events.value, events: [...events.value.events, ...unread] })
}

function decideOne(plan: Plan, command: Command, now: Circumstances): Decided {
  // A decider is declared for the command under whose type it stands.
  if (!isOfTask(command)) return (DECIDERS[command.type] as AnyDecider)(plan, command, now)
  const decideOf = TASK_DECIDERS[command.type] as AnyTaskDecider
  return withTask(plan, command.id, (task) => decideOf(task, command, now, plan))
}

/** The same in small steps, where the command is a large one; the plan must stay as it is meanwhile. */
export function* decideInSteps(plan: Plan, command: Command, now: Circumstances): Steps<Decided> {
  if (command.type !== 'tasks.import') return decide(plan, command, now)
  const forbidden = permit(plan, now.by, command)
  return forbidden ? refused(forbidden) : yield* addInSteps(plan, command.tasks, now)
}

const NOT_OF_MEMBERS: ReadonlySet<CommandType> = new Set([
  ...(['task.complete', 'task.fail', 'task.abandon', 'task.remove', 'tasks.remove'] as const),
  ...(['task.edit', 'task.take', 'landing.request'] as const),
])

/** The standing task of a member is there as long as the member: nobody ends, changes or takes it. Its agent reports on its turn. */
function keptOfMember(command: Command, by: Actor): Failure | null {
  if (by.kind !== 'person' || !NOT_OF_MEMBERS.has(command.type)) return null
  const id = idsOf(command).find(isStanding)
  if (id === undefined) return null
  const member = id.slice(1)
  return failure('not-allowed', `${id} is where the turns of member ${member} are kept`, {
    hint: `yard member pause ${member} holds its turns, yard member remove ${member} ends them`,
    facts: { id },
  })
}

function idsOf(command: Command): readonly string[] {
  if ('ids' in command) return command.ids
  if ('claim' in command) return [command.claim.taskId]
  return 'id' in command ? [command.id] : []
}

type AnyDecider = (plan: Plan, command: Command, now: Circumstances) => Decided
type AnyTaskDecider = (task: Task, command: Command, now: Circumstances, plan: Plan) => Decided

const TASK_DECIDERS = {
  ...taskDeciders,
  ...openDeciders,
  ...judgedTaskDeciders,
  'task.edit': decideEdit,
  'task.assign': decideAssign,
  'assignment.request': decideAssignmentRequest,
  'task.complete': decideComplete,
  'task.fail': decideFail,
  'landing.request': decideLandingRequest,
}
type OfTask = keyof typeof TASK_DECIDERS

const isOfTask = (command: Command): command is CommandOf<OfTask> =>
  Object.hasOwn(TASK_DECIDERS, command.type)

/** Tokens of other machines, and the machines that mail comes from. */
const accessDeciders: Deciders<'token.make' | 'token.revoke' | 'peer.pin' | 'peer.read'> = {
  'token.make'({ tokens }, { token }, { at }) {
    const isTaken = [...tokens.values()].some(({ name }) => name === token.name)
    if (isTaken)
      return refused(
        failure('id-taken', `there is a token ${token.name} already`, {
          hint: `yard token revoke ${token.name} ends it`,
          facts: { name: token.name },
        }),
      )
    return decided([token.id], { type: 'token.made', at, token })
  },

  'token.revoke': ({ tokens }, { id }, { at }) =>
    tokens.has(id) ? decided([id], { type: 'token.revoked', at, id }) : noOp(id),

  /** The first key of a machine stays its key. One that has shown none yet is known without, and may still show it. */
  'peer.pin'({ peers }, { peer }, { at }) {
    const known = peers.get(peer.id)
    if (known && (known.key !== '' || peer.key === '')) return noOp(peer.id)
    const { key, pinnedAt } = peer
    const pinned = known ? { ...known, key, pinnedAt } : peer
    return decided([peer.id], { type: 'peer.pinned', at, peer: pinned })
  },

  'peer.read'({ peers }, { id, cursor, members, refused: reasons }, { at }) {
    if (!peers.has(id)) return noOp(id)
    const refusals = countReasons(reasons).map(([reason, count]): Event => ({
      type: 'peer.refused',
      at,
      id,
      reason,
      count,
    }))
    return decided([id], ...refusals, { type: 'peer.read', at, id, cursor, members })
  },
}

/** More than so many are one: what a machine sends must not fill the journal. */
const MAX_REASONS = 20

function countReasons(reasons: readonly string[]): (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const reason of reasons) {
    const isKnown = counts.has(reason) || counts.size < MAX_REASONS
    const key = isKnown ? reason : 'many files, for many reasons'
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts]
}

const DECIDERS: Deciders<Exclude<CommandType, OfTask>> = {
  ...agentDeciders,
  ...judgementDeciders,
  ...judgingDeciders,
  ...triageDeciders,
  ...messageDeciders,
  ...accessDeciders,
  'agent.end': decideEnd,
  'task.add': (plan, command, now) => decideAdd(plan, [command], now),
  'tasks.import': (plan, { tasks }, now) => decideAdd(plan, tasks, now),
  'tasks.remove': decideRemoveAll,
  'landing.settle': decideLandingSettle,
  'yard.pause': ({ facts }, _, { at }) =>
    facts.paused ? noOp() : decided([], { type: 'yard.paused', at }),
  'yard.resume': ({ facts }, _, { at }) =>
    facts.paused ? decided([], { type: 'yard.resumed', at }) : noOp(),
  'breaker.trip'(_plan, { key: id, kind, subject, reason, until }, { at }) {
    const breaker = { id, kind, subject, reason, since: at, until }
    return decided([id], { type: 'breaker.tripped', at, breaker })
  },
  'breaker.clear': ({ breakers }, { key: id }, { at }) =>
    breakers.has(id) ? decided([id], { type: 'breaker.cleared', at, id }) : noOp(id),
}
