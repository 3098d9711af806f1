/** Who an agent is asked to be: a role with a trade-off and skills. Its id is made from what it says, so that an edit is another identity. */
import { createHash } from 'node:crypto'
import { z } from 'zod'

const line = z.string().trim().min(1).max(500)

export const identitySchema = z.strictObject({
  role: line,
  tradeoff: line,
  /** For people; no part of the id. */
  name: line.optional(),
  description: z.string().trim().max(20_000).default(''),
  skills: z.array(line).max(100).default([]),
  acceptable: z.array(line).max(100).default([]),
  not_acceptable: z.array(line).max(100).default([]),
})
export type IdentityContent = z.infer<typeof identitySchema>

export interface Identity extends IdentityContent {
  /** 64 hexadecimal digits, of which eight are shown. */
  readonly id: string
  readonly name: string
}

export function identityOf(content: IdentityContent): Identity {
  const { name = nameOf(content), ...said } = content
  // Keys sorted; lists in their order, for the order of what is acceptable is a statement.
  const canonical = JSON.stringify(
    Object.fromEntries(Object.entries(said).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  )
  return { ...said, name, id: createHash('sha256').update(canonical).digest('hex') }
}

/** `Careful Programmer` */
const nameOf = ({ tradeoff, role }: Pick<IdentityContent, 'tradeoff' | 'role'>): string =>
  [tradeoff, role].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ')

const ROLES = {
  programmer: {
    description:
      'Changes code so that it does what the task asks, in the way of the code around it.',
    skills: ['reading code', 'programming', 'debugging'],
  },
  reviewer: {
    description: 'Reads what was changed, finds what is wrong with it and says where and why.',
    skills: ['reading code', 'review'],
  },
  documenter: {
    description: 'Writes what readers need to know, and checks each statement against its source.',
    skills: ['writing', 'reading code'],
  },
  architect: {
    description:
      'Decides how parts fit together, names the alternatives and why they were not taken.',
    skills: ['design', 'reading code'],
  },
  researcher: {
    description: 'Finds out what is true, cites where it stands, and says what could not be found.',
    skills: ['research', 'reading code', 'writing'],
  },
  tester: {
    description: 'Writes and runs tests that fail when the behaviour breaks, the odd cases first.',
    skills: ['testing', 'programming', 'debugging'],
  },
  operator: {
    description: 'Builds, configures, releases and keeps running; changes one thing at a time.',
    skills: ['operations', 'shell', 'configuration'],
  },
} as const

const TRADEOFFS = {
  careful: {
    acceptable: ['slower', 'asks when the order is unclear'],
    not_acceptable: ['untested changes', 'speculation without a citation'],
  },
  fast: {
    acceptable: ['known gaps that are named', 'less polish'],
    not_acceptable: ['work beyond the order', 'broken builds'],
  },
  thorough: {
    acceptable: ['longer answers', 'more time'],
    not_acceptable: ['cases left out', 'a cause that was not found'],
  },
  balanced: {
    acceptable: ['small gaps that are named'],
    not_acceptable: ['untested changes', 'needless detours'],
  },
} as const

/** Those that come with Yardmaster: each role with each trade-off. */
export const SHIPPED_IDENTITIES: readonly Identity[] = Object.entries(ROLES).flatMap(
  ([role, says]) =>
    Object.entries(TRADEOFFS).map(([tradeoff, wants]) =>
      identityOf(identitySchema.parse({ role, tradeoff, ...says, ...wants })),
    ),
)

/** Shorter prefixes are names. */
const MIN_PREFIX = 4

/** By name, whatever its case, or by a prefix of the id. Several = the prefix is ambiguous. */
export function findIdentities(
  identities: readonly Identity[],
  wanted: string,
): readonly Identity[] {
  const low = wanted.trim().toLowerCase()
  const named = identities.filter(({ name }) => name.toLowerCase() === low)
  if (named.length > 0 || low.length < MIN_PREFIX) return named
  return identities.filter(({ id }) => id.startsWith(low))
}

/** Without a model: the identity that shares the most words with the task's tags and texts; null = none shares any. */
export function matchIdentity(
  identities: readonly Identity[],
  task: { readonly tags: readonly string[]; readonly title: string; readonly description: string },
): Identity | null {
  const words = new Set(wordsOf([task.title, task.description].join(' ')))
  const tags = new Set(task.tags.flatMap(wordsOf))
  const score = (identity: Identity): number => {
    const own = new Set([identity.role, ...identity.skills].flatMap(wordsOf))
    return TAG_WEIGHT * own.intersection(tags).size + own.intersection(words).size
  }
  const scored = identities.map((identity) => ({ identity, score: score(identity) }))
  const best = scored.toSorted((a, b) => b.score - a.score || rankOf(a) - rankOf(b))[0]
  return best === undefined || best.score === 0 ? null : best.identity
}

/** What was meant as a mark says more than a word in a text. */
const TAG_WEIGHT = 3
/** Among equals the balanced one. */
const rankOf = ({ identity }: { readonly identity: Identity }): number =>
  identity.tradeoff === 'balanced' ? 0 : 1

/** Without endings: `tests`, `testing` and `tester` are one. */
const wordsOf = (text: string): readonly string[] =>
  (text.toLowerCase().match(/[\p{L}\d]{3,}/gu) ?? []).map((word) =>
    word.replace(/(?<=.{4})(?:ing|ers?|s|ed)$/, ''),
  )
