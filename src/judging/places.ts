/** Whether what a judge cites is in what it was shown, and other marks on an answer that need no model. Pure. */
import type { EvaluationAnswer } from './answers.ts'
import type { EvaluationPacket } from './evaluation-prompt.ts'
import { nameOf } from './quoting.ts'

export interface PlaceCheck {
  /** Places that are not in the packet, each once. */
  readonly missing: readonly string[]
  /** Of all that were given, the share that is; null = none was given. */
  readonly foundShare: number | null
}

export function checkPlaces(answer: EvaluationAnswer, packet: EvaluationPacket): PlaceCheck {
  const given = [...answer.criteria, ...Object.values(answer.dimensions)].flatMap(
    ({ at }) => at ?? [],
  )
  const isThere = placeFinder(packet)
  const missing = given.filter((place) => !isThere(place))
  return {
    missing: [...new Set(missing)],
    foundShare: given.length === 0 ? null : 1 - missing.length / given.length,
  }
}

function placeFinder({
  verify,
  checks,
  log,
  files,
  artifacts,
}: EvaluationPacket): (place: string) => boolean {
  const names = new Set(checks.map(({ name }) => `check:${name}`))
  if (verify !== null) names.add('verify')
  log.forEach((_, at) => names.add(`log:${at + 1}`))
  for (const { name } of artifacts) names.add(name).add(nameOf(name))
  const lines = new Map(
    files.flatMap(({ path, patch }) => {
      const shown = linesOf(patch ?? '')
      return [path, nameOf(path)].map((name) => [name, shown] as const)
    }),
  )
  return (place) => {
    if (names.has(place)) return true
    const {
      path = '',
      from,
      to,
    } = /^(?<path>.+?)(?::(?<from>\d+)(?:-(?<to>\d+))?)?$/.exec(place)?.groups ?? {}
    const known = lines.get(path)
    if (known === undefined) return false
    // A file that is only named can be cited as a whole.
    return from === undefined || [from, to ?? from].every((line) => known.has(Number(line)))
  }
}

/** Line numbers of both sides of a unified diff that it shows. */
function linesOf(patch: string): ReadonlySet<number> {
  const shown = new Set<number>()
  let [before, after] = [0, 0]
  // The names of the file stand before the first hunk.
  const hunks = patch.slice(Math.max(0, patch.search(/^@@ /m)))
  for (const line of hunks.split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line)
    if (hunk) [before, after] = [Number(hunk[1]), Number(hunk[2])]
    else if (line.startsWith('-')) shown.add(before++)
    else if (line.startsWith('+')) shown.add(after++)
    else if (line.startsWith(' ')) {
      shown.add(before++)
      shown.add(after++)
    }
  }
  return shown
}

/** A criterion is not met, and the work is called correct all the same: it wants a second look. */
const CORRECT = 0.9
export const criteriaDisagree = ({ criteria, dimensions }: EvaluationAnswer): boolean =>
  (dimensions.correctness.score ?? 0) >= CORRECT &&
  criteria.some(({ verdict }) => verdict === 'not')

const TEST_PATH =
  /(^|\/)(tests?|spec|__tests__|e2e)\/|[._-](test|spec)s?\.[^/]+$|(^|\/)test_[^/]+$/i
export const touchesTests = ({ files }: Pick<EvaluationPacket, 'files'>): boolean =>
  files.some(({ path }) => TEST_PATH.test(path))

/** Words that speak to whoever judges. A hint for people, not a proof. */
const PLEA =
  /\b(evaluator|judge|grader|reviewer)s?\b[^\n]{0,80}\b(score|rate|give|grade|mark)\b|\b(score|rate|grade)\b[^\n]{0,40}\b(this|it|me)\b[^\n]{0,40}\b(1(\.0)?|10|100|full|perfect|highly?)\b|ignore[^\n]{0,40}(previous|above|earlier)[^\n]{0,40}instructions/i
export const pleads = ({
  files,
  artifacts,
  answer,
  log,
}: Pick<EvaluationPacket, 'files' | 'artifacts' | 'answer' | 'log'>): boolean =>
  [...files, ...artifacts, ...log, { text: answer }]
    .flatMap((shown) => ('patch' in shown ? [shown.path, shown.patch] : [shown.text]))
    .some((text) => text !== null && PLEA.test(text))
