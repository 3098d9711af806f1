/** What a task has changed and where that stands, in the words of the window. Pure. */
import type { ChangedFileView, ChangeView, LandingView } from '../../contract/change.ts'
import type { AgentView, TaskCard, TaskView } from '../../contract/view.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import { countText, plural } from '../ui/format.ts'
import { namedText } from './shown-line.tsx'

const LETTERS: Readonly<Record<ChangedFileView['status'], string>> = {
  added: 'A',
  modified: 'M',
  deleted: 'D',
  renamed: 'R',
  copied: 'C',
  'type-changed': 'T',
}
const STATUS_WORDS: Readonly<Record<ChangedFileView['status'], string>> = {
  added: 'added',
  modified: 'modified',
  deleted: 'deleted',
  renamed: 'renamed',
  copied: 'copied',
  'type-changed': 'of another type',
}

export const statusLetter = ({ status }: ChangedFileView): string => LETTERS[status]

/** `+12 −3`; null where nobody counts lines. */
export function countsText(counts: {
  readonly insertions: number | null
  readonly deletions: number | null
}): string | null {
  const { insertions, deletions } = counts
  if (insertions === null || deletions === null) return null
  return `+${countText(insertions)} −${countText(deletions)}`
}

/** All that a row of the list of files says. */
export function fileLabel(file: ChangedFileView, isViewed: boolean, comments: number): string {
  const { insertions, deletions } = file
  return [
    namedText(file.path),
    STATUS_WORDS[file.status],
    file.oldPath === null ? null : `was ${namedText(file.oldPath)}`,
    file.binary ? 'binary' : null,
    insertions === null ? null : `${countText(insertions)} added`,
    deletions === null ? null : `${countText(deletions)} removed`,
    comments === 0 ? null : plural(comments, 'comment'),
    isViewed ? 'viewed' : null,
  ]
    .filter((part) => part !== null)
    .join(', ')
}

/** Files in whose path, or the path they had, every word occurs. */
export function filesFound(
  files: readonly ChangedFileView[],
  query: string,
): readonly ChangedFileView[] {
  const words = query.toLowerCase().match(/\S+/g) ?? []
  if (words.length === 0) return files
  return files.filter(({ path, oldPath }) => {
    const text = `${path} ${oldPath ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

export const shortCommit = (id: string): string => id.slice(0, 9)

/** `3 files, 2 commits`; a list that was cut has more. */
export function amountText({ files, isCut, commits }: ChangeView): string {
  const count = isCut ? `More than ${countText(files.length)} files` : plural(files.length, 'file')
  return `${count}, ${plural(commits.length, 'commit')}`
}

export interface LandingText {
  /** State whose lamp and colour it has. */
  readonly state: ShownState
  readonly text: string
  /** The reason, or where the prepared text is. */
  readonly detail: string | null
}

/** `result`: of the try that is shown. */
export function landingText(landing: LandingView | null, result: string | null): LandingText {
  if (landing === null) return { state: 'ready', text: 'Not merged', detail: null }
  const { target, commit, reason } = landing
  const into = target === null ? '' : ` into ${namedText(target)}`
  const on = target === null ? '' : ` on ${namedText(target)}`
  const as = commit === null ? '' : ` as ${shortCommit(commit)}`
  const detail = reason === null ? null : namedText(reason)
  switch (landing.state) {
    case 'queued':
      return {
        state: 'in-progress',
        text: `Queued ${landing.pullRequest ? 'for a pull request' : 'to be merged'}${into}`,
        detail,
      }
    case 'landed':
      return landing.result === result || result === null
        ? { state: 'done', text: `Landed${as}${on}`, detail }
        : { state: 'ready', text: `An earlier result landed${as}${on}, this one did not`, detail }
    case 'prepared':
      return { state: 'done', text: `Prepared for a pull request${into}${as}`, detail }
    case 'conflict':
      return { state: 'waiting', text: `Does not merge${into}`, detail }
    case 'refused':
      return { state: 'failed', text: `Not merged${into}`, detail }
  }
}

/** What is known of the task that was to settle a conflict; undefined = there is none any more. */
export type Merger = Pick<TaskCard, 'status'> | undefined

/** It has given up: the conflict stays until somebody asks for the merge again. */
export const hasGivenUp = (merger: Merger): boolean =>
  merger === undefined || merger.status === 'abandoned' || merger.status === 'failed'

/** Why the result cannot be asked to land now, in a few words; null = it can. */
export function mergeBlocked(
  card: Pick<TaskCard, 'status' | 'repeats'>,
  view: Pick<ChangeView, 'result' | 'landing' | 'isLive' | 'outlook'>,
  merger: Merger,
): string | null {
  if (view.isLive || (card.status !== 'done' && !card.repeats)) return 'It is not done yet'
  if (view.result === null) return 'It has no result in git'
  return alreadyWords(view, merger) ?? nowhereWords(view)
}

function alreadyWords(
  { landing, result }: Pick<ChangeView, 'landing' | 'result'>,
  merger: Merger,
): string | null {
  if (landing?.state === 'queued') return 'It is queued already'
  if (landing === null || landing.result !== result) return null
  if (landing.state === 'landed') return 'It has landed'
  return landing.state === 'conflict' && !hasGivenUp(merger) ? 'A task settles its conflict' : null
}

const nowhereWords = ({ outlook }: Pick<ChangeView, 'outlook'>): string | null =>
  outlook?.target === null ? (outlook.obstacle ?? 'There is no branch to land on') : null

/** `Merge into main` */
export function mergeLabel({ outlook }: Pick<ChangeView, 'outlook'>): string {
  if (outlook?.how === 'pr') return 'Prepare a pull request'
  return outlook?.target == null ? 'Merge' : `Merge into ${namedText(outlook.target)}`
}

/** What it will do, a line each. */
export function mergeLines(view: ChangeView, verify: string | null): readonly string[] {
  const { outlook } = view
  const target = outlook?.target == null ? 'the target branch' : namedText(outlook.target)
  const isPr = outlook?.how === 'pr'
  return [
    isPr
      ? `A branch and a text for a pull request to ${target} are prepared. Nothing is merged.`
      : `${amountText(view)} are brought into ${target}. Where they clash with it, a task to settle that is made and nothing is merged.`,
    verify === null ? null : `On the merged files this has to end well first: ${namedText(verify)}`,
    isPr ? null : checkoutLine(outlook, target),
    outlook?.obstacle == null ? null : `In its way now: ${namedText(outlook.obstacle)}`,
    isPr ? null : NO_UNDO,
  ].filter((line) => line !== null)
}

export const NO_UNDO =
  'It cannot be undone from here: history is not rewritten. What was merged is taken back by a commit that reverts it.'

function checkoutLine(outlook: ChangeView['outlook'], target: string): string | null {
  if (outlook === null || outlook.target === null) return null
  if (outlook.checkout === null)
    return `No folder has ${target} checked out, so no files of yours change.`
  const folder = namedText(outlook.checkout)
  if (outlook.uncommitted === null || outlook.uncommitted === 0)
    return `${folder} has ${target} checked out and moves with it.`
  const some = plural(outlook.uncommitted, 'uncommitted file')
  return `${folder} has ${target} checked out and moves with it. Its ${some} stay as they are; if the merge would write one of them, it is refused and nothing changes.`
}

/** Comments that no try has been told of. */
export function waitingComments(
  view: Pick<ChangeView, 'comments'>,
  tries: readonly Pick<AgentView, 'claimedAt'>[],
): ChangeView['comments'] {
  const latest = Math.max(-Infinity, ...tries.map(({ claimedAt }) => Date.parse(claimedAt)))
  return view.comments.filter(({ at }) => Date.parse(at) > latest)
}

/** A shell line is given no order in which a comment could stand. */
export const readsComments = ({ exec }: Pick<TaskView, 'exec'>): boolean => exec === null

export const UNREAD = 'A shell line reads no comments: they stay in its timeline.'
