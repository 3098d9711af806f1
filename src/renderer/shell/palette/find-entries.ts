/** What the palette offers for the words typed: a bounded list, best first, whatever the size of the yard. Pure. */
import type { AgentView, TaskCard } from '../../../contract/view.ts'
import type { CommandInfo } from '../../actions/command-table.ts'

export type Entry =
  | { readonly kind: 'command'; readonly id: string; readonly command: CommandInfo }
  | { readonly kind: 'task'; readonly id: string; readonly card: TaskCard }
  | { readonly kind: 'agent'; readonly id: string; readonly agent: AgentView }
  | { readonly kind: 'tag'; readonly id: string; readonly count: number }
  | { readonly kind: 'time'; readonly id: string; readonly at: Date }

export interface Source {
  readonly commands: readonly CommandInfo[]
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly agents: ReadonlyMap<string, AgentView>
  /** Command ids, newest use first. */
  readonly recent: readonly string[]
  readonly now: () => Date
}

const MOST = 40

/** `>` commands, `@` agents, `#` tags, `:` a time; anything else looks through all but times. */
export function findEntries(typed: string, source: Source): readonly Entry[] {
  const sign = typed.charAt(0)
  const rest = typed.slice(1).trim()
  if (sign === '>') return commandsFor(rest, source)
  if (sign === '@') return agentsFor(rest, source)
  if (sign === '#') return tagsFor(rest, source)
  if (sign === ':') return timesFor(rest, source.now())
  const words = typed.trim()
  const commands = commandsFor(words, source)
  if (words === '') return commands
  return [
    ...commands.slice(0, 12),
    ...tasksFor(words, source).slice(0, 20),
    ...agentsFor(words, source).slice(0, 6),
    ...tagsFor(words, source).slice(0, 6),
  ].slice(0, MOST)
}

function commandsFor(words: string, { commands, recent }: Source): readonly Entry[] {
  const place = new Map(recent.map((id, index) => [id, index]))
  return best(commands, (command) => {
    const score = scoreOf(`${command.title} ${command.group}`, words)
    return score === null ? null : score - (place.get(command.id) ?? MOST) / 100
  }).map((command) => ({ kind: 'command', id: command.id, command }))
}

function tasksFor(words: string, { tasks }: Source): readonly Entry[] {
  return best(tasks.values(), ({ id, title }) => scoreOf(`${title} ${id}`, words)).map((card) => ({
    kind: 'task',
    id: card.id,
    card,
  }))
}

function agentsFor(words: string, { agents, tasks }: Source): readonly Entry[] {
  return best(agents.values(), ({ id, task }) =>
    scoreOf(`${id} ${tasks.get(task)?.title ?? ''}`, words),
  ).map((agent) => ({ kind: 'agent', id: agent.id, agent }))
}

function tagsFor(words: string, { tasks }: Source): readonly Entry[] {
  const counts = new Map<string, number>()
  for (const { tags } of tasks.values())
    for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return best(counts, ([tag]) => scoreOf(tag, words)).map(([id, count]) => ({
    kind: 'tag',
    id,
    count,
  }))
}

/** `14:02`: the last time that the clock showed it. `12m`, `3h`: so long ago. */
function timesFor(words: string, now: Date): readonly Entry[] {
  const clock = /^(\d{1,2})[:.](\d{2})$/.exec(words)
  const ago = /^(\d{1,4})\s*([mhd])$/.exec(words)
  const at = clock
    ? lastClock(now, Number(clock[1]), Number(clock[2]))
    : ago
      ? before(now, ago)
      : null
  return at === null ? [] : [{ kind: 'time', id: at.toISOString(), at }]
}

function lastClock(now: Date, hour: number, minute: number): Date | null {
  if (hour > 23 || minute > 59) return null
  const at = new Date(now)
  at.setHours(hour, minute, 0, 0)
  if (at > now) at.setDate(at.getDate() - 1)
  return at
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const before = (now: Date, [, count, unit]: RegExpExecArray): Date =>
  new Date(now.getTime() - Number(count) * (UNIT_MS[unit ?? 'm'] ?? 0))

/** The best few, best first; equals stay in their order. */
function best<T>(items: Iterable<T>, score: (item: T) => number | null): readonly T[] {
  const found: { readonly item: T; readonly score: number }[] = []
  for (const item of items) {
    const each = score(item)
    if (each !== null) found.push({ item, score: each })
  }
  return found
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ item }) => item)
}

/**
 * Every word must be there: at the start of a word it counts more, and a short text more than a long one. A word that is nowhere
 * whole is looked for letter by letter, which counts less than any whole one. Null = not found.
 */
export function scoreOf(text: string, words: string): number | null {
  const low = text.toLowerCase()
  let score = 0
  for (const word of words.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = low.indexOf(word)
    const isStart = at === 0 || low.includes(` ${word}`)
    const found = at < 0 ? fuzzyScore(low, word) : at === 0 ? 3 : isStart ? 2 : 1
    if (found === null) return null
    score += found - low.length / 1000
  }
  return score
}

/** Shorter words are found in nearly every text. */
const MIN_FUZZY = 2

/**
 * Below 1: each letter stands beside the one before or begins a word, `gtoset` in “Go to Settings”; the fewer words it takes, the
 * better. Null = they do not. One pass over the text: a yard may have 10,000 titles.
 */
function fuzzyScore(text: string, word: string): number | null {
  if (word.length < MIN_FUZZY) return null
  let at = -1
  let begun = 0
  for (const letter of word) {
    if (at >= 0 && text.charAt(at + 1) === letter) at += 1
    else {
      at = nextStart(text, letter, at + 1)
      begun += 1
    }
    if (at < 0) return null
  }
  return 0.5 - begun / 100
}

/** Of a word that begins so; -1 where there is none. */
function nextStart(text: string, letter: string, from: number): number {
  const isStart = (at: number): boolean => at === 0 || /[\s\-_/.]/.test(text.charAt(at - 1))
  let at = text.indexOf(letter, from)
  while (at >= 0 && !isStart(at)) at = text.indexOf(letter, at + 1)
  return at
}
