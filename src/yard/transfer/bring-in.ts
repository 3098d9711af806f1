/** What was read of another program's folder, as one change of this yard: only what is not there yet. */
import { err, ok, type Result } from '../../base/result.ts'
import type { ConfigEdit } from '../../config/edit.ts'
import { findKey, formatKey, parseKey, readValue } from '../../config/keys.ts'
import type { LoadedConfig } from '../../config/load.ts'
import type { ChangeCommand, ChangeTasks } from '../../domain/command.ts'
import { issuesFailure, type IndexedIssue } from '../../domain/decide/decide-add.ts'
import type { Failure } from '../../domain/failure.ts'
import { ANY_PERSON, type Message, type Recipient } from '../../domain/messages/message.ts'
import type { Settings } from '../../domain/settings.ts'
import { DEFINITION_FIELDS, type NewTask, type Task } from '../../domain/task.ts'
import { toArtifacts } from '../../domain/executor.ts'
import type { LeftCounter, MovedMessage, MovedTask } from '../../domain/moving/transfer.ts'
import { type Timed, toNewTask } from '../handlers/wire-tasks.ts'
import type { Yard } from '../yard.ts'

/** The keys that the project's config does not say yet. A table of a name of the user's own is taken whole or not at all. */
export function newEdits(
  config: LoadedConfig,
  edits: readonly ConfigEdit[],
  left: LeftCounter,
): readonly ConfigEdit[] {
  return edits.filter(({ key, value }) => {
    const path = parseKey(key) ?? [key]
    if (value === null) return true
    const isNamed = NAMED.includes(path[0] ?? '') && path[1] !== 'roles'
    const said = isNamed ? path.slice(0, 2) : path
    if (config.sourceOf(said) !== 'project') return true
    const info = findKey(key)
    const wanted = info.ok ? readValue(info.value.info, value) : null
    const known = config.get(key)
    const isSame =
      wanted?.ok && known.ok && JSON.stringify(known.value.value) === JSON.stringify(wanted.value)
    if (!isSame) left.add(`config ${formatKey(said)}, which is said otherwise here`)
    return false
  })
}

const NAMED = ['members', 'jobs', 'executors', 'models']

interface Wishes {
  readonly tasks: readonly MovedTask[]
  readonly messages: readonly MovedMessage[]
}

export interface BroughtIn {
  readonly change: ChangeTasks | null
  readonly tasks: readonly MovedTask[]
  readonly messages: readonly MovedMessage[]
}

/** Every fault is told, each with the place of its task. `next`: the yard as it will be. */
export function changeOf(
  yard: Yard,
  next: Pick<Yard, 'config' | 'importFaults'>,
  { tasks, messages }: Wishes,
  left: LeftCounter,
): Result<BroughtIn, Failure> {
  const fresh = tasks.flatMap((moved, index) =>
    isThere(yard.plan.tasks.get(moved.task.id), moved.task) ? [] : [{ moved, index }],
  )
  const timed: Timed<NewTask>[] = []
  const faults: IndexedIssue[] = []
  for (const { moved, index } of fresh) {
    const source = { config: next.config, nextFireAt: yard.nextFireAt, now: yard.now }
    const read = toNewTask(source, withoutStrangeModel(next, moved.task, left))
    if (read.ok) timed.push(read.value)
    else faults.push({ index, failure: read.error })
  }
  if (faults.length === 0)
    for (const { index, failure } of next.importFaults(timed.map(({ task }) => task)))
      faults.push({ index: fresh[index]?.index ?? 0, failure })
  if (faults.length > 0) return err(issuesFailure(faults, Infinity))
  const mail = messages.filter(({ id }) => yard.store.mail.message(id) === null)
  const added = fresh.map(({ moved }) => moved)
  const ended = new Set(tasks.flatMap(({ task, end }) => (end === null ? [] : [task.id])))
  const commands: ChangeCommand[] = [
    ...(timed.length > 0 ? [{ type: 'tasks.import', tasks: timed } as const] : []),
    ...added.flatMap(afterwards),
    ...mail.map((message) => sendingOf(next.config().settings, message, ended)),
  ]
  const change = commands.length === 0 ? null : ({ type: 'tasks.change', commands } as const)
  return ok({ change, tasks: added, messages: mail })
}

/** The same words about the same id: it was brought in before. */
function isThere(task: Task | undefined, wish: NewTask): boolean {
  if (!task) return false
  return DEFINITION_FIELDS.every((field) => {
    const said = wish[field] ?? DEFAULTS[field] ?? null
    const wanted = Array.isArray(said) ? [...new Set<unknown>(said)] : said
    return JSON.stringify(task[field]) === JSON.stringify(wanted)
  })
}

const DEFAULTS: Readonly<Record<string, unknown>> = {
  description: '',
  priority: 'normal',
  tags: [],
  skills: [],
  deliverables: [],
}

/** Another program may know models that this yard's executors do not run; the task itself can. */
function withoutStrangeModel(
  next: Pick<Yard, 'importFaults'>,
  task: NewTask,
  left: LeftCounter,
): NewTask {
  if (task.model === undefined || task.model === null) return task
  const alone = { ...task, after: [], before: [] }
  if (next.importFaults([alone]).length === 0) return task
  const { model, ...rest } = task
  if (next.importFaults([{ ...alone, model: null }]).length > 0) return task
  left.add(`model ${model}`)
  return rest
}

/** What has become of a task before it came here. */
function afterwards({ task: { id }, end, log }: MovedTask): ChangeCommand[] {
  const lines = log.map((text): ChangeCommand => ({ type: 'task.log', id, text }))
  const report = { id, agentId: null, generation: null, nextFireAt: null }
  switch (end?.kind) {
    case undefined:
      return lines
    case 'done': {
      const artifacts = toArtifacts(end.artifacts)
      return [...lines, { type: 'task.complete', ...report, artifacts, force: true }]
    }
    case 'failed':
      return [...lines, { type: 'task.fail', ...report, reason: end.reason, class: 'reported' }]
    case 'abandoned':
      return [...lines, { type: 'task.abandon', id, withDependents: false }]
  }
}

function sendingOf(
  { members, messages: policy }: Settings,
  { to, ...moved }: MovedMessage,
  ended: ReadonlySet<string>,
): ChangeCommand {
  const member = Object.hasOwn(members, to) ? members[to] : undefined
  const isPerson = to === ANY_PERSON || member?.isPerson === true
  const recipient: Recipient = { name: to, kind: isPerson ? 'person' : 'member' }
  const message: Message = {
    ...moved,
    to: [to],
    replyTo: null,
    conversation: null,
    hops: 0,
    diff: null,
    asks: null,
    decision: null,
  }
  return {
    type: 'message.send',
    message,
    recipients: [recipient],
    mail: member ?? policy,
    limits: { maxHops: policy.maxHops, perPair: policy.perPair },
    recent: {},
    // Its task came along, and its end is told to who asked for it.
    ...(moved.kind === 'delegation' && moved.task !== null && !ended.has(moved.task)
      ? { delegated: moved.task }
      : {}),
  }
}
