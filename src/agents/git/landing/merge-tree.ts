/** `git merge-tree --write-tree` as a value: a tree, or a conflict that says who clashes where. */
import { err, ok, type Result } from '../../../base/result.ts'
import { failureOf, type GitFailure } from '../git-failure.ts'
import type { Git } from '../git.ts'

export interface MergeConflict extends Clash {
  readonly message: string
  readonly between: readonly [string, string]
  /** What was to be merged: all before the part that clashes, and that part. */
  readonly ours: string
  readonly theirs: string
}

/** What git says of two commits that do not merge. */
export interface Clash {
  readonly kind: 'merge-conflict'
  readonly paths: readonly string[]
  /** git's own kinds, such as `CONFLICT (contents)` or `CONFLICT (modify/delete)`. */
  readonly types: readonly string[]
  /** The files as far as git could merge them, with its marks where it could not. */
  readonly tree: string
}

export type Merge = { readonly kind: 'merged'; readonly tree: string } | Clash

/** Merges two commits without a checkout. Both must be ids that exist: git answers 1 for an unknown name as for a conflict. */
export async function mergeTree(
  git: Git,
  ours: string,
  theirs: string,
  flags: readonly string[] = [],
): Promise<Result<Merge, GitFailure>> {
  const args = [
    'merge-tree',
    '--write-tree',
    '-z',
    '--name-only',
    '--messages',
    ...flags,
    ours,
    theirs,
  ]
  const done = await git(args, { expect: [0, 1] })
  if (!done.ok) return done
  const fields = done.value.stdout.split('\0')
  const tree = (fields[0] ?? '').trim()
  if (!/^[0-9a-f]{40,64}$/.test(tree))
    return err(failureOf(args, 'the repository', done.value.stderr))
  if (done.value.exitCode === 0) return ok({ kind: 'merged', tree })
  return ok({ kind: 'merge-conflict', tree, ...readConflict(fields.slice(1)) })
}

/** Names the two sides: the first earlier part that clashes with the new one by itself. */
export async function conflictOf(
  git: Git,
  clash: Clash & { readonly ours: string },
  before: readonly { readonly name: string; readonly commit: string }[],
  part: { readonly name: string; readonly commit: string },
): Promise<Result<never, MergeConflict>> {
  let other = before.at(-1)?.name ?? 'the target'
  for (const candidate of before) {
    const alone = await mergeTree(git, candidate.commit, part.commit)
    if (alone.ok && alone.value.kind === 'merge-conflict') {
      other = candidate.name
      break
    }
  }
  const target = before[0]?.name ?? 'the target'
  return err({
    ...clash,
    theirs: part.commit,
    between: [other, part.name],
    message: explain(clash.paths, [other, part.name], target),
  })
}

function explain(
  paths: readonly string[],
  names: readonly [string, string],
  target: string,
): string {
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : ''
  const where = `${paths.slice(0, 3).join(', ')}${more}`
  const both = names[0] === target ? names[1] : `${names[0]} and ${names[1]}`
  return `${names[0]} and ${names[1]} conflict in ${where}; merge ${both} into ${target} with git, settle it there, then retry this task`.replace(
    /\s+/g,
    ' ',
  )
}

/** `(path NUL)* NUL (count NUL path{count} type NUL message NUL)*` */
function readConflict(fields: readonly string[]): { paths: string[]; types: string[] } {
  const end = fields.indexOf('')
  const paths = new Set(fields.slice(0, end))
  const types = new Set<string>()
  let at = end + 1
  while (at < fields.length) {
    const count = Number(fields[at])
    const type = fields[at + 1 + count]
    if (!Number.isInteger(count) || type === undefined) break
    if (type.startsWith('CONFLICT')) types.add(type)
    at += count + 3
  }
  return { paths: [...paths], types: [...types] }
}
