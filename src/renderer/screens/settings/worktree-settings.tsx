/** Worktrees: where the tasks of this yard have worked under git, what is still in there, and their removal. */
import { useState } from 'react'
import type { WorktreeView } from '../../../contract/change.ts'
import { type CommandRun, useCommand, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { FileLocation } from '../../components/copy-text.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { ask, type Question } from '../../actions/ask.ts'
import { removeLandedWorktrees, removeWorktree } from '../../actions/requests.ts'
import { navigate } from '../../model/route.ts'
import type { DataColumn } from '../../ui/data-table.tsx'
import { Listed, type Setting, SettingRow } from './setting.tsx'
import { plural } from '../../ui/format.ts'

const ASK_EVERY_MS = 15_000

function Worktrees() {
  const { value, problem, askAgain } = useAnswer(({ change }) => change.worktrees(), {
    everyMs: ASK_EVERY_MS,
  })
  const command = useCommand()
  const [said, setSaid] = useState('')
  const worktrees = value ?? []
  const tidying = tidyQuestion(worktrees)
  const tidy = async (): Promise<void> => {
    if (tidying === null || (await ask(tidying)) === null) return
    await command.run(async (client, id) => {
      const { removed } = await removeLandedWorktrees(client, id)
      setSaid(removed.map(removedText).join(' '))
    })
    askAgain()
  }
  const remove = async (worktree: WorktreeView): Promise<void> => {
    if ((await ask(removeQuestion(worktree))) === null) return
    await command.run(async (client, id) =>
      setSaid(removedText(await removeWorktree(worktree.name)(client, id))),
    )
    askAgain()
  }
  return (
    <SettingRow
      label="Worktrees of this yard"
      note={
        value !== null && worktrees.length === 0
          ? 'There are none. A task in a folder under git gets one when it starts.'
          : 'Each holds a checkout of its task’s branch, and whatever was built or installed there.'
      }
      below={
        <>
          {worktrees.length > 0 && (
            <WorktreeTable
              worktrees={worktrees}
              command={command}
              onRemove={(each) => void remove(each)}
            />
          )}
          <p role="status">{said}</p>
          <ProblemNote problem={command.problem} onClose={command.dismiss} />
          <ProblemNote problem={problem} onClose={askAgain} />
        </>
      }
    >
      {worktrees.length > 0 && (
        <Button
          isBusy={command.isBusy}
          disabled={tidying === null}
          title={tidying === null ? 'The work of none of them has landed' : undefined}
          onClick={() => void tidy()}
        >
          Remove what has landed…
        </Button>
      )}
    </SettingRow>
  )
}

interface WorktreeTableProps {
  readonly worktrees: readonly WorktreeView[]
  readonly command: CommandRun
  readonly onRemove: (worktree: WorktreeView) => void
}

function WorktreeTable({ worktrees, command, onRemove }: WorktreeTableProps) {
  const columns: readonly DataColumn<WorktreeView>[] = [
    ['Worktree', ({ path }) => <FileLocation file={path} line={null} />],
    ['Task', ({ task }) => task !== null && <TaskLink id={task} />],
    ['In it', (worktree) => <Content worktree={worktree} />],
    [
      'Actions',
      (worktree) => (
        <Button
          look="danger"
          isBusy={command.isBusy}
          aria-label={`Remove ${worktree.name}…`}
          onClick={() => onRemove(worktree)}
        >
          Remove…
        </Button>
      ),
      { isHeadHidden: true },
    ],
  ]
  return (
    <Listed
      label="List of worktrees"
      rows={worktrees}
      keyOf={({ path }) => path}
      columns={columns}
    />
  )
}

const Content = ({ worktree }: { readonly worktree: WorktreeView }) => (
  <>
    {heldText(worktree)}
    {worktree.problem !== null && (
      <span className="block text-11 text-text-3">{worktree.problem}</span>
    )}
  </>
)

function TaskLink({ id }: { readonly id: string }) {
  const title = useYard((view) => view.tasks.get(id)?.title)
  return (
    <button
      type="button"
      className="text-button"
      onClick={() => navigate({ task: id, tab: 'changes' })}
    >
      {title ?? id}
    </button>
  )
}

export const WORKTREES: Setting = {
  id: 'worktrees',
  words: 'Worktrees branches git remove clean up disk',
  node: <Worktrees />,
}

// What a worktree holds, and what would become of that if it were removed, in words. Pure.

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
