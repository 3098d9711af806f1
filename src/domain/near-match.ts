/** "Did you mean": the known word that a mistyped one was most likely meant to be. */

/** Null when nothing is near enough to be worth saying. */
export function nearMatch(word: string, known: Iterable<string>): string | null {
  const wanted = word.slice(0, 200).toLowerCase()
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

const MOST_NAMED = 20

/** For `Failure.hint`: the near match, else the whole choice where it is short. */
export function hintOf(word: string, known: readonly string[], what: string): string {
  const near = nearMatch(word, known)
  if (near !== null) return `did you mean "${near}"?`
  if (known.length === 0) return `there are no ${what}`
  const more = known.length - MOST_NAMED
  const rest = more > 0 ? ` and ${more} more` : ''
  return `${what}: ${known.slice(0, MOST_NAMED).join(', ')}${rest}`
}

/** Among more tasks the search would hold the yard up. */
const MOST_SEARCHED = 5000

interface KnownIds {
  readonly size: number
  keys(): Iterable<string>
}

export const nearTask = (id: string, known: KnownIds): string | null =>
  known.size <= MOST_SEARCHED ? nearMatch(id, known.keys()) : null

/** For the `Failure.hint` of an unknown task: the id that was most likely meant, else where the ids are shown. */
export function taskHint(id: string, known: KnownIds, otherwise = 'yard list shows the tasks') {
  const near = nearTask(id, known)
  return near === null ? otherwise : `did you mean "${near}"?`
}

/** Insertions, deletions, changes and swaps of neighbours; `limit` when it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? limit) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return Math.min(limit, last[b.length] ?? limit)
}
