/** What waits for a person, as the list shows it: with what it holds up, and until when. Pure. */
import type {
  AgentView,
  Attention,
  AttentionKind,
  BreakerView,
  Summary,
  TaskCard,
} from '../../../contract/view.ts'
import { countHeldBy } from '../../../domain/graph/dag.ts'
import { isStanding } from '../../../domain/messages/standing.ts'
import { BREAKER_KINDS } from '../../../domain/reason.ts'
import { plural, capital } from '../../ui/format.ts'
import { dependentsOf, isFinishedCard, type Tasks } from '../../model/reach.ts'

/** What the host tells of, and what only the page adds: tasks that somebody does by hand, a machine that lets nothing start. */
export type ItemKind = AttentionKind | 'taken' | 'machine'

export interface AttentionItem {
  /** Another one as soon as what it says changes. */
  readonly key: string
  readonly kind: ItemKind
  /** `Failed`, `Sign in` */
  readonly word: string
  /** The task, agent, provider or yard it is about. */
  readonly title: string
  /** What a breaker holds: a profile, a provider's account, `day` or `graph`. Null for the rest. */
  readonly subject: string | null
  readonly text: string
  /** What its program wrote last, where that says why. */
  readonly lastLines: string | null
  readonly task: string | null
  readonly agent: string | null
  /** Null = not told. */
  readonly since: string | null
  /** When it ends by itself. */
  readonly until: string | null
  /** `holds 6 tasks`; null = nothing, or nobody knows. */
  readonly effect: string | null
  /** Who judges results, where it is about one. */
  readonly judge: NonNullable<Attention['judge']> | null
  /** Whose turns it is about, where that is a member. */
  readonly member: string | null
  /** Which one, where it is about a message. */
  readonly message: NonNullable<Attention['message']> | null
}

const JUDGE_WORDS: Readonly<Record<NonNullable<Attention['judge']>['issue'], string>> = {
  unmeasured: 'Judge not measured',
  changed: 'Judge changed',
  flagged: 'Judge flagged',
}

const WORDS: Readonly<Record<ItemKind, string>> = {
  failed: 'Failed',
  'sign-in': 'Sign in',
  answer: 'Question',
  evaluation: 'Not evaluated',
  approval: 'Approval',
  gate: 'Not passed',
  manual: 'For a person',
  taken: 'In your hands',
  executor: 'No executor',
  landing: 'Merge',
  judge: 'Judge',
  untrusted: 'Not confirmed',
  'read-only': 'Nothing can be saved',
  endpoint: 'Other machines',
  message: 'Message',
  'dead-letter': 'Dead letter',
  mail: 'Mail',
  respawn: 'Held back',
  launch: 'Held back',
  provider: 'Asleep',
  machine: 'Machine',
  silence: 'Silent',
  unreachable: 'Not reached',
  budget: 'Budget used up',
  spent: 'Budget used up',
}

const isBreaker = (kind: AttentionKind): boolean => BREAKER_KINDS.some((each) => each === kind)

/** A provider that no time wakes wants somebody to sign in. */
const wordOfBreaker = ({ kind, until }: BreakerView): string =>
  kind === 'provider' && until === null ? 'Sign in' : WORDS[kind]

const BUDGETS: Readonly<Record<string, string>> = {
  'budget:day': 'Today’s budget',
  'budget:graph': 'The graph’s budget',
}

/** Oldest first; plain messages, which hold nothing up, after the rest. */
export function attentionItems(
  summary: Summary,
  tasks: Tasks,
  agents: ReadonlyMap<string, AgentView>,
): readonly AttentionItem[] {
  const named = summary.attention.filter(({ kind }) => !isBreaker(kind))
  return [
    ...named.map((each) => fromAttention(each, summary, tasks)),
    ...summary.breakers.map((each) => fromBreaker(each, summary, tasks, agents)),
    ...[...agents.values()].flatMap((each) => fromTaken(each, summary, tasks)),
    ...fromMachine(summary),
  ].toSorted(
    (a, b) =>
      Number(isPlainMessage(a)) - Number(isPlainMessage(b)) ||
      beginOf(a) - beginOf(b) ||
      a.key.localeCompare(b.key),
  )
}

/** It asks for nothing: neither a question nor a decision. */
const isPlainMessage = ({ kind, message }: AttentionItem): boolean =>
  kind === 'message' && message?.kind === 'message' && !message.asksDecision

const beginOf = ({ since }: AttentionItem): number =>
  since === null ? Number.MAX_SAFE_INTEGER : Date.parse(since)

const keyOf = (summary: Summary, parts: readonly (string | null)[]): string =>
  [summary.folder, ...parts].join('\n')

/** What an item says where nothing else is known. */
const UNKNOWN = {
  subject: null,
  lastLines: null,
  task: null,
  agent: null,
  since: null,
  until: null,
  effect: null,
  judge: null,
  member: null,
  message: null,
} as const

function fromAttention(each: Attention, summary: Summary, tasks: Tasks): AttentionItem {
  if (each.judge) return fromJudge(each, each.judge, summary)
  if (each.message) return fromMessage(each, each.message, summary, tasks)
  const card = each.task === null ? undefined : tasks.get(each.task)
  const member = memberOf(each.task)
  return {
    ...UNKNOWN,
    member,
    key: keyOf(summary, [each.kind, each.task, each.since, each.text]),
    kind: each.kind,
    word: WORDS[each.kind],
    title: card?.title ?? member ?? summary.name,
    text: capital(each.reason),
    lastLines: each.lastLines ?? null,
    // Its standing task is no part of the graph.
    task: member === null ? each.task : null,
    agent: each.agent,
    since: each.since,
    effect: card ? holdsText(heldBy(card, tasks)) : null,
  }
}

/** Null for a task of the graph. */
const memberOf = (task: string | null): string | null =>
  task !== null && isStanding(task) ? task.slice(1) : null

/** The same one until its issue is another: what a check costs moves, and since when is the start of the owner. */
function fromJudge(
  each: Attention,
  judge: NonNullable<Attention['judge']>,
  summary: Summary,
): AttentionItem {
  return {
    ...UNKNOWN,
    key: keyOf(summary, [each.kind, judge.name, judge.issue]),
    kind: each.kind,
    word: JUDGE_WORDS[judge.issue],
    title: judge.name,
    text: capital(each.reason),
    since: each.since,
    judge,
  }
}

/** Its text, and of a dead one why it was given up. */
function fromMessage(
  each: Attention,
  message: NonNullable<Attention['message']>,
  summary: Summary,
  tasks: Tasks,
): AttentionItem {
  const { id, from, recipient, kind, text } = message
  const about = each.task === null ? undefined : tasks.get(each.task)
  const isDead = each.kind === 'dead-letter'
  return {
    ...UNKNOWN,
    key: keyOf(summary, [each.kind, id, recipient]),
    kind: each.kind,
    word: isDead || kind === 'message' ? WORDS[each.kind] : capital(kind),
    title: `${from} → ${recipient}`,
    text: isDead ? `${capital(each.reason)}: “${text}”` : text,
    since: each.since,
    effect: about ? `about “${about.title}”` : null,
    message,
  }
}

function fromBreaker(
  breaker: BreakerView,
  summary: Summary,
  tasks: Tasks,
  agents: ReadonlyMap<string, AgentView>,
): AttentionItem {
  const { kind, subject, since, until } = breaker
  const agent = agents.get(subject)
  const task = tasks.get(agent?.task ?? subject)
  const holdsNothing = kind === 'silence' || kind === 'unreachable'
  return {
    ...UNKNOWN,
    key: keyOf(summary, [breaker.key, since, breaker.reason]),
    kind,
    word: wordOfBreaker(breaker),
    title: titleOf(breaker, task, tasks),
    subject,
    text: capital(breaker.reason),
    task: task?.id ?? null,
    agent: agent?.id ?? null,
    since,
    until,
    effect: holdsNothing ? null : holdsText(waitingFor(breaker, tasks)),
  }
}

function titleOf({ key, kind, subject }: BreakerView, task: TaskCard | undefined, tasks: Tasks) {
  const isTask = kind === 'silence' || tasks.has(subject)
  return isTask && task ? task.title : (BUDGETS[key] ?? subject)
}

/** Its caps over all yards, or its memory, let nothing start here. Since when is not told, so it stands last. */
function fromMachine(summary: Summary): AttentionItem[] {
  const { hold } = summary.machine
  if (hold === null) return []
  const key = keyOf(summary, ['machine'])
  const text = capital(hold)
  return [{ ...UNKNOWN, key, kind: 'machine', word: WORDS.machine, title: 'This machine', text }]
}

/** A task that somebody does by hand: it ends when they say so. */
function fromTaken(agent: AgentView, summary: Summary, tasks: Tasks): AttentionItem[] {
  const card = tasks.get(agent.task)
  if (agent.executorType !== 'manual' || !card) return []
  return [
    {
      ...UNKNOWN,
      key: keyOf(summary, ['taken', agent.id]),
      kind: 'taken',
      word: WORDS.taken,
      title: card.title,
      text: 'It ends when you say that it is done, or give it back',
      task: card.id,
      agent: agent.id,
      since: agent.claimedAt,
      effect: holdsText(heldBy(card, tasks)),
    },
  ]
}

function heldBy({ id }: TaskCard, tasks: Tasks): number {
  const isFinished = (each: string): boolean => {
    const card = tasks.get(each)
    return card === undefined || isFinishedCard(card)
  }
  return countHeldBy({ dependentsOf: dependentsOf(tasks), isFinished }, id)
}

function waitingFor(breaker: BreakerView, tasks: Tasks): number {
  const own = tasks.get(breaker.subject)
  if (own) return 1 + heldBy(own, tasks)
  let count = 0
  for (const { heldBy: keys, park } of tasks.values()) {
    const isParked = breaker.kind === 'provider' && park?.provider === breaker.subject
    if (isParked || keys?.includes(breaker.key)) count += 1
  }
  return count
}

const holdsText = (count: number): string | null =>
  count === 0 ? null : `holds ${plural(count, 'task')}`
