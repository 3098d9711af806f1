/** Names that messages are addressed to: members, people, tasks, agents, and members of other machines. */
import { hostname } from 'node:os'
import type { Actor } from '../../domain/command.ts'
import { unknownTask } from '../../domain/decide/decision.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { agentNumberOf, isAgentId, isTaskId } from '../../domain/ids.ts'
import { actsFor, tokenOfMachine } from '../../domain/messages/access-token.ts'
import { ANY_PERSON, type Recipient } from '../../domain/messages/message.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import { namesOf } from '../../domain/messages/names.ts'
import { hintOf } from '../../domain/near-match.ts'
import type { Plan } from '../../domain/plan.ts'
import { unknownMember } from '../../domain/routing/resolve.ts'
import type { Settings } from '../../domain/settings.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { isFinished } from '../../domain/task.ts'
import type { Store } from '../../store/store.ts'

interface Source {
  readonly plan: Plan
  readonly settings: Settings
}

/** Under which name it writes. */
export function senderName(plan: Plan, actor: Actor): string {
  if (actor.kind === 'person') return actor.name ?? ANY_PERSON
  if (actor.kind === 'coordinator') return 'yard'
  const task = plan.tasks.get(actor.taskId)
  return (task && namesOf(task)[0]) ?? `task:${actor.taskId}`
}

/** Each once; `all` is every member but the sender. */
export function recipientsOf(
  source: Source,
  to: readonly string[],
  sender: string,
): Result<readonly Recipient[], Failure> {
  const found = new Map<string, Recipient>()
  for (const name of to.map((each) => each.trim())) {
    if (name === 'all') {
      for (const member of Object.keys(source.settings.members))
        if (member !== sender) found.set(member, memberNamed(source, member))
      continue
    }
    const one = recipientOf(source, name)
    if (!one.ok) return one
    found.set(one.value.name, one.value)
  }
  if (found.size === 0)
    return err(
      failure('unknown-member', 'there is nobody to send it to', {
        hint: 'yard member add NAME makes a member',
      }),
    )
  return ok([...found.values()])
}

const memberNamed = ({ settings }: Source, name: string): Recipient => ({
  name,
  kind: settings.members[name]?.isPerson ? 'person' : 'member',
})

export function recipientOf(source: Source, name: string): Result<Recipient, Failure> {
  const { plan, settings } = source
  if (Object.hasOwn(settings.members, name)) return ok(memberNamed(source, name))
  if (name === ANY_PERSON) return ok({ name, kind: 'person' })
  if (isAgentId(name)) return agentNamed(plan, name)
  if (name.startsWith('task:')) return taskNamed(source, name.slice('task:'.length))
  if (name.includes('@')) return remoteNamed(source, name)
  const machines = machinesWith(plan, name)
  const [only, ...others] = machines
  if (only !== undefined && others.length === 0)
    return ok({ name: `${name}@${only}`, kind: 'remote' })
  if (only !== undefined)
    return err(
      failure('bad-request', `${name} is a member of several machines`, {
        hint: `name one: ${machines.map((id) => `${name}@${id}`).join(', ')}`,
        facts: { machines },
      }),
    )
  return err(unknownMember(settings, name))
}

/** Other machines that have said so of themselves, and those whose token acts for it by name. */
function machinesWith({ peers, tokens }: Plan, name: string): string[] {
  const known = [...peers.values()].filter(({ members }) => members.includes(name))
  const named = [...tokens.values()].filter(
    ({ kind, names }) => kind === 'member' && names.includes(name),
  )
  return [...new Set([...known.map(({ id }) => id), ...named.map((token) => token.name)])]
}

function agentNamed(plan: Plan, name: string): Result<Recipient, Failure> {
  const lives = isAgentId(name) && plan.agents.has(name)
  if (lives) return ok({ name, kind: 'agent' })
  if (!isAgentId(name) || agentNumberOf(name) > plan.lastAgentNumber)
    return err(
      failure('unknown-agent', `there is no agent ${name}`, {
        hint: 'yard ps shows those that live',
        facts: { agent: name },
      }),
    )
  return err(
    failure('wrong-state', `${name} does not live, so nobody would read it`, {
      hint: 'task:ID reaches the next agent of a task',
      facts: { agent: name },
    }),
  )
}

function taskNamed(source: Source, id: string): Result<Recipient, Failure> {
  // Where the turns of a member are kept: what is meant is the member.
  if (isStanding(id)) return recipientOf(source, id.slice(1))
  const { plan } = source
  const task = isTaskId(id) ? plan.tasks.get(id) : undefined
  if (!task) return err(unknownTask(plan, id))
  if (isFinished(task) && task.state.kind !== 'failed')
    return err(
      failure('wrong-state', `task ${id} is ${task.state.kind}: no agent of it would read this`, {
        hint: `yard reopen ${id} opens it again`,
        facts: { id },
      }),
    )
  return ok({ name: `task:${id}`, kind: 'task' })
}

function remoteNamed(source: Source, name: string): Result<Recipient, Failure> {
  const { plan, settings } = source
  const [member = '', machine = '', ...rest] = name.split('@')
  const isWhole = member !== '' && machine !== '' && rest.length === 0
  if (isWhole && machine === machineName(settings)) return ownNamed(source, member)
  const token = tokenOfMachine(plan, machine)
  if (isWhole && token)
    return actsFor(token, member)
      ? ok({ name, kind: 'remote' })
      : err(
          failure('unknown-member', `the token of ${machine} does not act for ${member}`, {
            hint: `it acts for ${token.names.join(', ')}`,
            facts: { member, machine },
          }),
        )
  if (isWhole && settings.transport.type !== 'local') return ok({ name, kind: 'remote' })
  return err(
    failure('bad-request', `${name} is on another machine, and no way to others is configured`, {
      hint: 'transport.type names one, git or hub; `yard token create` lets a machine in',
    }),
  )
}

/** One of this machine, as others name it: nobody of another machine reaches an agent, or all at once. */
function ownNamed(source: Source, name: string): Result<Recipient, Failure> {
  const { members } = source.settings
  const isReached = Object.hasOwn(members, name) || name === ANY_PERSON || name.startsWith('task:')
  return isReached ? recipientOf(source, name) : err(unknownMember(source.settings, name))
}

/** Of this machine, for others. */
export const machineName = ({ transport }: Pick<Settings, 'transport'>): string =>
  transport.machine ?? hostName()

/** In letters that every transport takes. */
export const hostName = (): string =>
  hostname()
    .toLowerCase()
    .replace(/\..*$/, '')
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '') || 'machine'

/** Under which names of deliveries somebody who writes `name` looks for messages: a member, a person, a task by its id or as `task:ID`, an agent. */
export function meantBy(
  yard: { readonly plan: Plan; readonly store: Store; config(): { readonly settings: Settings } },
  name: string,
): Result<readonly string[], Failure> {
  const { members } = yard.config().settings
  if (Object.hasOwn(members, name) || name === 'person' || /[:@]|^agent-/.test(name))
    return ok([name])
  if (isTaskId(name) && yard.plan.tasks.has(name)) return ok([`task:${name}`])
  // A member that has gone from the settings, whose mail can still be read and closed.
  if (yard.store.mail.messages({ names: [name], limit: 1 }).length > 0) return ok([name])
  return err(
    failure('unknown-member', `there is no member and no task ${JSON.stringify(name)}`, {
      hint: hintOf(name, Object.keys(members), 'member list'),
    }),
  )
}
