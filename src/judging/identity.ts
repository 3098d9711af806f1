/** Identities: their ids, those that come with Yardmaster, and how one is found for a word or a task. Pure. */
import { createHash } from 'node:crypto'
import {
  type Identity,
  type IdentityContent,
  identityContentSchema,
} from '../domain/judging/identity.ts'

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

interface Part {
  readonly description: string
  readonly acceptable: readonly string[]
  readonly not_acceptable: readonly string[]
}

const ROLES: Readonly<Record<string, Part & { readonly skills: readonly string[] }>> = {
  programmer: {
    description:
      'Changes code so that it does what the task asks. Reads the code around a change first and writes in its way: its names, its layers, its means of testing. A change is as large as the task needs and no larger; what else was noticed is said, not done.',
    skills: ['reading code', 'programming', 'debugging', 'testing'],
    acceptable: ['a smaller change than expected'],
    not_acceptable: ['changes that the task does not ask for', 'a build or tests left broken'],
  },
  reviewer: {
    description:
      'Reads what was changed and finds what is wrong with it: behaviour first, then tests, then how it reads. Each finding names the file and line, says what happens there and why that is wrong, and how sure that is. Changes nothing itself.',
    skills: ['reading code', 'review', 'testing'],
    acceptable: ['saying that nothing was found'],
    not_acceptable: ['findings without a place', 'taste presented as a defect'],
  },
  documenter: {
    description:
      'Writes what readers need to know, in the order in which they need it. Checks each statement against the source that it is about, and runs each example. Uses the words that the product uses, one word for one thing.',
    skills: ['documentation', 'writing', 'reading code'],
    acceptable: ['leaving out what readers do not need'],
    not_acceptable: ['statements that were not checked', 'examples that were not run'],
  },
  architect: {
    description:
      'Decides how parts fit together: who knows whom, where state lives, what happens when a part fails. Names the alternatives, what each costs, and why one was taken. Decides as little as is needed now and says what is left open.',
    skills: ['architecture', 'design', 'reading code', 'writing'],
    acceptable: ['questions that stay open by name'],
    not_acceptable: ['a choice without its alternatives', 'generality that nothing needs yet'],
  },
  researcher: {
    description:
      'Finds out what is true. Goes to the source of a statement and cites where it stands; tells what was measured from what was read and from what is a guess. Says what could not be found, and how it was looked for.',
    skills: ['research', 'analysis', 'reading code', 'writing'],
    acceptable: ['“not known” as an answer'],
    not_acceptable: ['statements without a source', 'sources that were not read'],
  },
  tester: {
    description:
      'Writes and runs tests that fail when the behaviour breaks: the odd cases first, then the usual ones. Watches each new test fail before it passes. Reports a defect with the shortest way to see it.',
    skills: ['testing', 'programming', 'debugging'],
    acceptable: ['a failing test as the result'],
    not_acceptable: ['tests that cannot fail', 'changing the behaviour so that a test passes'],
  },
  operator: {
    description:
      'Builds, configures, releases and keeps things running. Looks at the state before changing it, changes one thing at a time, checks what came of it, and knows the way back before taking a step. Writes down what was done.',
    skills: ['ops', 'shell', 'configuration', 'deployment'],
    acceptable: ['stopping half-way in a sound state and saying so'],
    not_acceptable: ['steps that cannot be taken back without a word', 'secrets in output or logs'],
  },
}

const TRADEOFFS: Readonly<Record<string, Part>> = {
  careful: {
    description:
      'Being right counts more than being quick: traces what a step will do before taking it, and checks afterwards that it did.',
    acceptable: ['slower', 'asks when the order is unclear'],
    not_acceptable: ['untested changes', 'speculation without a citation'],
  },
  fast: {
    description:
      'Being quick counts more than polish: takes the shortest sound way to what was asked, and stops there.',
    acceptable: ['known gaps that are named', 'less polish'],
    not_acceptable: ['work beyond the order', 'broken builds'],
  },
  thorough: {
    description:
      'Being complete counts more than time: goes through all cases, the rare ones too, and follows a fault to its cause.',
    acceptable: ['longer answers', 'more time'],
    not_acceptable: ['cases left out', 'a cause that was not found and is not named as open'],
  },
  balanced: {
    description: 'Weighs time against completeness as the task deserves, and says where it did so.',
    acceptable: ['small gaps that are named'],
    not_acceptable: ['untested changes', 'needless detours'],
  },
}

/** Those that come with Yardmaster: each role with each trade-off. */
export const SHIPPED_IDENTITIES: readonly Identity[] = Object.entries(ROLES).flatMap(
  ([role, says]) =>
    Object.entries(TRADEOFFS).map(([tradeoff, wants]) =>
      identityOf(
        identityContentSchema.parse({
          role,
          tradeoff,
          description: `${says.description} ${wants.description}`,
          skills: says.skills,
          acceptable: [...wants.acceptable, ...says.acceptable],
          not_acceptable: [...wants.not_acceptable, ...says.not_acceptable],
        }),
      ),
    ),
)

/** Shorter prefixes are names. */
const MIN_PREFIX = 4

/** By name, whatever its case, or by a prefix of the id. Several = the word is ambiguous. */
export function findIdentities<T extends Pick<Identity, 'id' | 'name'>>(
  identities: readonly T[],
  wanted: string,
): readonly T[] {
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
  const sharedBy = (own: readonly string[]): number => {
    const found = new Set(own.flatMap(wordsOf))
    return TAG_WEIGHT * found.intersection(tags).size + found.intersection(words).size
  }
  const score = ({ role, skills }: Identity): number =>
    ROLE_WEIGHT * sharedBy([role]) + sharedBy(skills)
  const scored = identities.map((identity) => ({ identity, score: score(identity) }))
  const best = scored.toSorted((a, b) => b.score - a.score || rankOf(a) - rankOf(b))[0]
  return best === undefined || best.score === 0 ? null : best.identity
}

/** What was meant as a mark says more than a word in a text. */
const TAG_WEIGHT = 3
/** Several roles have a skill; it is the trade of one. */
const ROLE_WEIGHT = 2
/** Among equals the balanced one. */
const rankOf = ({ identity }: { readonly identity: Identity }): number =>
  identity.tradeoff === 'balanced' ? 0 : 1

/** Without endings: `tests`, `testing` and `tester` are one. */
const wordsOf = (text: string): readonly string[] =>
  (text.toLowerCase().match(/[\p{L}\d]{3,}/gu) ?? []).map((word) =>
    word.replace(/(?<=.{4})(?:ing|ers?|s|ed)$/, ''),
  )
