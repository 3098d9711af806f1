/** What a worktree holds, and what would become of that if it were removed, in words. Pure. */
import type { WorktreeView } from '../../../contract/change.ts'
import { plural } from '../../ui/format.ts'
import type { Question } from '../../actions/ask.ts'

/** `2 uncommitted files, 1 commit not merged` */
export function heldText({ uncommitted, unmerged }: WorktreeView): string {
  const parts = [
    uncommitted === 0 ? null : plural(uncommitted, 'uncommitted file'),
    unmerged === null || unmerged === 0 ? null : `${plural(unmerged, 'commit')} not merged`,
  ].filter((part) => part !== null)
  if (parts.length > 0) return parts.join(', ')
  return unmerged === null ? 'Nothing uncommitted' : 'All of it is merged'
}

export function removeQuestion(worktree: WorktreeView): Question {
  return {
    title: `Remove the worktree ${worktree.name}?`,
    lines: [keptFiles(worktree), keptBranch(worktree), IGNORED].filter((line) => line !== null),
    choices: [{ id: 'remove', label: 'Remove the worktree', look: 'danger' }],
  }
}

const IGNORED = 'Files that git ignores, such as what was built or installed there, are lost.'

const keptFiles = ({ uncommitted }: WorktreeView): string | null =>
  uncommitted === 0
    ? null
    : `${plural(uncommitted, 'uncommitted file')} ${uncommitted === 1 ? 'is' : 'are'} kept as a commit; where it is will be said.`

function keptBranch({ branch, unmerged }: WorktreeView): string | null {
  if (branch === null) return null
  if (unmerged === 0) return `Its branch ${branch} goes too: all of it is merged.`
  return unmerged === null
    ? `Its branch ${branch} stays.`
    : `Its branch ${branch} stays: ${plural(unmerged, 'commit')} of it ${unmerged === 1 ? 'is' : 'are'} not merged.`
}

/** Null when none can go. */
export function tidyQuestion(worktrees: readonly WorktreeView[]): Question | null {
  const going = worktrees.filter(({ canGo }) => canGo)
  if (going.length === 0) return null
  return {
    title: `Remove ${plural(going.length, 'worktree')} whose work has landed?`,
    lines: [
      going.map(({ name }) => name).join(', '),
      'Their branches go too: all of them is merged.',
      IGNORED,
    ],
    choices: [
      { id: 'remove', label: `Remove ${plural(going.length, 'worktree')}`, look: 'danger' },
    ],
  }
}

export const removedText = (removed: {
  readonly name: string
  readonly keptAt: string | null
}): string =>
  removed.keptAt === null
    ? `${removed.name} was removed.`
    : `${removed.name} was removed. What was uncommitted is kept at ${removed.keptAt}.`
