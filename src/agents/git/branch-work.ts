/** What a task's branch holds beyond the commits that we based it on. */
import { ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import type { GitFailure } from './git-failure.ts'
import { commitAt, isAncestor } from './repository.ts'
import type { Repository } from './repository.ts'

interface BranchOfTask {
  readonly repo: Repository
  readonly name: string
  readonly branch: string
  readonly base: string
}

/** Whether the branch must be kept: it has a commit that neither the new base nor an earlier base of the task contains. */
export async function branchHasWork(task: BranchOfTask): Promise<Result<boolean, GitFailure>> {
  const tip = await commitAt(task.repo.git, `refs/heads/${task.branch}`)
  if (!tip.ok) return tip
  if (tip.value === null) return ok(false)
  const bases = await earlierBases(task)
  if (!bases.ok) return bases
  for (const base of [task.base, ...bases.value]) {
    const isIn = await isAncestor(task.repo.git, tip.value, base)
    if (!isIn.ok || isIn.value) return isIn.ok ? ok(false) : isIn
  }
  return ok(true)
}

/** The base that the work at `head` started from: the newest of the task's bases that it contains, else where it forked. */
export async function baseBehind(
  task: BranchOfTask,
  head: string | null,
): Promise<Result<string, GitFailure>> {
  if (head === null) return ok(task.base)
  const bases = await earlierBases(task)
  if (!bases.ok) return bases
  for (const base of [task.base, ...bases.value]) {
    const isIn = await isAncestor(task.repo.git, base, head)
    if (!isIn.ok) return isIn
    if (isIn.value) return ok(base)
  }
  const fork = await task.repo.git(['merge-base', task.base, head], { expect: [0, 1] })
  return fork.ok ? ok(fork.value.stdout.trim() || task.base) : fork
}

/** Anchored bases of the task, the newest generation first. */
async function earlierBases(task: BranchOfTask): Promise<Result<string[], GitFailure>> {
  const pattern = `refs/yard/bases/${task.name}.*`
  const listed = await task.repo.git(['for-each-ref', '--format=%(refname) %(objectname)', pattern])
  if (!listed.ok) return listed
  const rows = listed.value.stdout.split('\n').filter((line) => line !== '')
  const bases = rows.map((row) => {
    const [ref = '', commit = ''] = row.split(' ')
    return { generation: Number(ref.slice(ref.lastIndexOf('.') + 1)), commit }
  })
  return ok(bases.toSorted((a, b) => b.generation - a.generation).map((base) => base.commit))
}
