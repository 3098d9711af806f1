import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type {
  ChangedFileView,
  ChangeView,
  LandingView,
  WorktreeView,
} from '../../../src/contract/change.ts'
import type { TaskCard } from '../../../src/contract/view.ts'
import { AskDialog } from '../../../src/renderer/shell/overlays.tsx'
import { mergeAllBlocked, mergeAllQuestion } from '../../../src/renderer/actions/task/merge.ts'
import { Refusal } from '../../../src/renderer/model/session/refusal.ts'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import type { Session } from '../../../src/renderer/model/session/session.ts'
import { emptyView, viewFromSnapshot } from '../../../src/renderer/model/session/yard-view.ts'
import {
  heldText,
  removeQuestion,
  tidyQuestion,
} from '../../../src/renderer/screens/settings/worktree-settings.tsx'
import {
  fileLabel,
  filesFound,
  landingText,
  mergeBlocked,
  mergeLines,
  waitingComments,
} from '../../../src/renderer/changes/change-text.ts'
import { ChangesTab } from '../../../src/renderer/changes/changes-tab.tsx'
import type { TaskDetails } from '../../../src/renderer/model/use-task-details.ts'
import { agentOf, cardOf, snapshotOf } from '../../support/scripted-host.ts'
import { liveSession } from '../model/session/live-session.ts'

beforeEach(() => localStorage.clear())
afterEach(cleanup)

const fileOf = (path: string, more: Partial<ChangedFileView> = {}): ChangedFileView => ({
  path,
  oldPath: null,
  status: 'modified',
  insertions: 1,
  deletions: 0,
  binary: false,
  ...more,
})
const at = (minute: number): string =>
  `2026-11-20T10:${String(minute).padStart(2, '0')}:00.000+00:00`
const landingOf = (more: Partial<LandingView>): LandingView => ({
  state: 'queued',
  result: 'r1',
  commit: null,
  target: 'main',
  at: at(9),
  reason: null,
  mergeTask: null,
  pullRequest: false,
  ...more,
})
const viewOf = (more: Partial<ChangeView> = {}): ChangeView => ({
  task: 'a',
  agent: 'agent-1',
  branch: 'yard/a',
  base: 'b0',
  result: 'r1',
  isLive: false,
  files: [fileOf('src/a.ts'), fileOf('b.bin', { binary: true, insertions: null, deletions: null })],
  isCut: false,
  insertions: 1,
  deletions: 0,
  commits: [{ id: 'r1', subject: 'Change', author: 'Ada', at: at(5) }],
  notes: [],
  landing: null,
  outlook: { how: 'merge', target: 'main', obstacle: null, checkout: '/w', uncommitted: 0 },
  comments: [],
  ...more,
})

test('a file says all about itself, and is found by the path that it had', () => {
  const moved = fileOf('new.ts', { status: 'renamed', oldPath: 'old/name.ts' })
  expect(fileLabel(moved, true, 2)).toBe(
    'new.ts, renamed, was old/name.ts, 1 added, 0 removed, 2 comments, viewed',
  )
  const [, binary] = viewOf().files
  expect(binary && fileLabel(binary, false, 0)).toBe('b.bin, modified, binary')
  expect(filesFound([fileOf('src/a.ts'), moved], 'OLD ts')).toEqual([moved])
})

const done = { status: 'done', repeats: false } as const
test.each<readonly [string, Parameters<typeof mergeBlocked>[0], ChangeView, string | null]>([
  ['done', done, viewOf(), null],
  ['at work', { status: 'in-progress', repeats: false }, viewOf(), 'It is not done yet'],
  ['repeats', { status: 'open', repeats: true }, viewOf(), null],
  [
    'repeats, at work',
    { status: 'open', repeats: true },
    viewOf({ isLive: true }),
    'It is not done yet',
  ],
  ['without git', done, viewOf({ result: null }), 'It has no result in git'],
  ['queued', done, viewOf({ landing: landingOf({}) }), 'It is queued already'],
  ['landed', done, viewOf({ landing: landingOf({ state: 'landed' }) }), 'It has landed'],
  ['a newer one', done, viewOf({ landing: landingOf({ state: 'landed', result: 'r0' }) }), null],
  ['refused', done, viewOf({ landing: landingOf({ state: 'refused' }) }), null],
  [
    'nowhere to go',
    done,
    viewOf({
      outlook: {
        how: 'merge',
        target: null,
        obstacle: 'HEAD is detached',
        checkout: null,
        uncommitted: null,
      },
    }),
    'HEAD is detached',
  ],
])('whether it can be merged now: %s', (_what, card, view, reason) => {
  expect(mergeBlocked(card, view, undefined)).toBe(reason)
})

test.each<readonly [TaskCard['status'] | null, string | null]>([
  ['open', 'A task settles its conflict'],
  ['in-progress', 'A task settles its conflict'],
  ['done', 'A task settles its conflict'],
  ['failed', null],
  ['abandoned', null],
  [null, null],
])('a conflict whose merge task is %s', (status, reason) => {
  const view = viewOf({ landing: landingOf({ state: 'conflict', mergeTask: 'm' }) })
  expect(mergeBlocked(done, view, status === null ? undefined : { status })).toBe(reason)
})

test('what a merge will do is said with its check, its checkout and its end', () => {
  const outlook = { how: 'merge', target: 'main', obstacle: null, checkout: '/w' } as const
  const dirty = mergeLines(viewOf({ outlook: { ...outlook, uncommitted: 2 } }), 'npm test').join(
    '\n',
  )
  expect(dirty).toContain('2 files, 1 commit are brought into main')
  expect(dirty).toContain('npm test')
  expect(dirty).toContain('Its 2 uncommitted files stay as they are')
  expect(dirty).toContain('cannot be undone')
  const pr = { ...outlook, how: 'pr', checkout: null, uncommitted: null } as const
  const prepared = mergeLines(viewOf({ outlook: pr }), null).join('\n')
  expect(prepared).toBe(
    'A branch and a text for a pull request to main are prepared. Nothing is merged.',
  )
})

test('where a landing stands is said for the result that is shown', () => {
  const landed = landingOf({ state: 'landed', commit: '0123456789abcdef' })
  expect(landingText(landed, 'r1')).toMatchObject({
    state: 'done',
    text: 'Landed as 012345678 on main',
  })
  expect(landingText(landed, 'r2').text).toMatch(/^An earlier result landed/)
  expect(landingText(landingOf({ state: 'refused', reason: 'a\u202Eb' }), 'r1')).toEqual({
    state: 'failed',
    text: 'Not merged into main',
    detail: 'a‹U+202E›b',
  })
})

const commentOf = (minute: number, more: Partial<ChangeView['comments'][number]> = {}) => ({
  at: at(minute),
  by: 'person',
  text: 'Why?',
  path: 'src/a.ts',
  line: 1,
  side: 'new' as const,
  ...more,
})

test('comments wait until a try has begun after them', () => {
  const view = viewOf({ comments: [commentOf(3), commentOf(8)] })
  const tries = [{ claimedAt: at(1) }, { claimedAt: at(5) }]
  expect(waitingComments(view, tries)).toEqual([commentOf(8)])
  expect(waitingComments(view, [])).toHaveLength(2)
})

test('merging all asks for tasks that may have something to merge', () => {
  const cards = [
    cardOf('a', { status: 'done' }),
    cardOf('b', { status: 'done', landing: 'landed' }),
    cardOf('c', { status: 'done', landing: 'refused' }),
    cardOf('d', { status: 'failed' }),
  ]
  expect(mergeAllQuestion(cards).lines.join('\n')).toMatch(/^2 done tasks are looked at/)
  const stage = (shown: readonly TaskCard[]): Session => ({
    ...stageOf({}).session,
    yard: createStore(() => viewFromSnapshot(emptyView, snapshotOf(1, [...shown]))),
  })
  expect(mergeAllBlocked(stage(cards))).toBeNull()
  expect(mergeAllBlocked(stage(cards.slice(1, 2)))).toBe('No done task is left to merge')
})

const worktreeOf = (more: Partial<WorktreeView> = {}): WorktreeView => ({
  name: 'a',
  path: '/w/a',
  task: 'a',
  state: 'done',
  branch: 'yard/a',
  uncommitted: 0,
  unmerged: 0,
  ignored: [],
  landing: null,
  canGo: true,
  problem: null,
  ...more,
})

test('before a worktree is removed it is said what is kept and what is lost', () => {
  const full = worktreeOf({ uncommitted: 2, unmerged: 1, canGo: false })
  expect(heldText(full)).toBe('2 uncommitted files, 1 commit not merged')
  expect(heldText(worktreeOf())).toBe('All of it is merged')
  const lines = removeQuestion(full).lines.join('\n')
  expect(lines).toMatch(/2 uncommitted files are kept as a commit/)
  expect(lines).toMatch(/yard\/a stays: 1 commit of it is not merged/)
  expect(lines).toMatch(/ignores.*are lost/)
  expect(removeQuestion(worktreeOf()).lines.join('\n')).toMatch(/yard\/a goes too/)
  expect(tidyQuestion([full])).toBeNull()
  expect(tidyQuestion([full, worktreeOf({ name: 'b' })])?.choices[0]?.label).toBe(
    'Remove 1 worktree',
  )
})

type Answers = Readonly<Record<string, (input: Record<string, unknown>) => unknown>>

/** A host that answers procedures of `change` alone, and what it was asked. */
function stageOf(answers: Answers) {
  const asked: (readonly [string, Record<string, unknown>])[] = []
  const change = new Proxy(
    {},
    {
      get: (_, name) => async (input: Record<string, unknown>) => {
        asked.push([String(name), input])
        return answers[String(name)]?.(input)
      },
    },
  )
  const session = liveSession({ change }, viewFromSnapshot(emptyView, snapshotOf(1, [])))
  return { asked, session }
}

const detailsOf = (...tries: TaskDetails['tries']): TaskDetails =>
  ({ task: { id: 'a', exec: null, verify: null }, why: {}, tries }) as unknown as TaskDetails
const tryOf = (id: string, more = {}) =>
  agentOf(id, 'a', { status: 'ended', outcome: 'done', branch: 'yard/a', ...more })
const diff = ({ path }: Record<string, unknown>) => ({
  base: 'b0',
  result: 'r1',
  truncated: false,
  files: [{ path, oldPath: null, patch: '@@ -1 +1 @@\n-old\n+new', truncated: false }],
})
const card = cardOf('a', { status: 'done', state: 'done' })
const show = (session: Session, details: TaskDetails): void =>
  void render(
    <SessionContext value={session}>
      <ChangesTab card={card} details={details} />
      <AskDialog />
    </SessionContext>,
  )

test('a comment that is refused stays where it was written, with the reason', async () => {
  const { asked, session } = stageOf({
    of: () => viewOf({ comments: [commentOf(3), commentOf(4, { line: 7, text: 'Elsewhere' })] }),
    diff,
    comment: () => {
      throw new Refusal('the disk is full')
    },
  })
  show(session, detailsOf(tryOf('agent-1')))
  const body = await screen.findByRole('group', { name: 'Lines of src/a.ts' })
  expect(within(body).getAllByRole('article')).toHaveLength(1)
  fireEvent.keyDown(body, { key: 'j' })
  fireEvent.keyDown(document.activeElement ?? body, { key: 'c' })
  const field = await screen.findByRole('textbox', { name: 'Comment on line 1 before' })
  fireEvent.change(field, { target: { value: ' Say more ' } })
  fireEvent.keyDown(field, { key: 'Enter', ctrlKey: true })
  await within(body).findByText(/the disk is full/)
  expect((field as HTMLTextAreaElement).value).toBe(' Say more ')
  expect(asked.find(([name]) => name === 'comment')?.[1]).toMatchObject({
    task: 'a',
    path: 'src/a.ts',
    side: 'old',
    line: 1,
    text: 'Say more',
  })
  fireEvent.keyDown(field, { key: 'Escape' })
  expect(screen.queryByRole('textbox', { name: /^Comment/ })).toBeNull()
  fireEvent.click(body.querySelector('td.diff-gutter[data-change-key="D1"]') ?? body)
  const again = await screen.findByRole('textbox', { name: 'Comment on line 1 before' })
  expect((again as HTMLTextAreaElement).value).toBe(' Say more ')
})

test('a next try is offered to read the comments, but not by a shell line', async () => {
  const { session } = stageOf({ of: () => viewOf({ comments: [commentOf(8)] }), diff })
  const details = detailsOf(tryOf('agent-1', { claimedAt: at(1) }))
  show(session, details)
  await screen.findByText(/^1 comment waits for the next try of this task, which reads it/)
  expect(screen.getByRole('button', { name: 'Do it again with 1 comment' })).toBeDefined()
  cleanup()
  show(session, { ...details, task: { ...details.task, exec: 'make' } })
  const part = await screen.findByRole('region', { name: 'Comments' })
  within(part).getByText('A shell line reads no comments: they stay in its timeline.')
  expect(within(part).queryByRole('button', { name: /with 1 comment/ })).toBeNull()
  const body = await screen.findByRole('group', { name: 'Lines of src/a.ts' })
  fireEvent.keyDown(body, { key: 'j' })
  fireEvent.keyDown(document.activeElement ?? body, { key: 'c' })
  const field = await screen.findByRole('textbox', { name: /^Comment/ })
  const note = document.getElementById(field.getAttribute('aria-describedby') ?? '')
  expect(note?.textContent).toMatch(/^A shell line reads no comments/)
})

test('a line that is pressed is the one that C comments on; a marked text stays marked', async () => {
  const { session } = stageOf({ of: () => viewOf(), diff })
  show(session, detailsOf(tryOf('agent-1')))
  const body = await screen.findByRole('group', { name: 'Lines of src/a.ts' })
  const line = within(body).getByText('new')
  fireEvent.click(line)
  expect(document.activeElement).toBe(line.closest('td'))
  fireEvent.keyDown(document.activeElement ?? body, { key: 'k' })
  fireEvent.click(line)
  fireEvent.keyDown(document.activeElement ?? body, { key: 'c' })
  await screen.findByRole('textbox', { name: 'Comment on line 1' })
  fireEvent.keyDown(screen.getByRole('textbox', { name: /^Comment/ }), { key: 'Escape' })
  body.focus()
  getSelection()?.selectAllChildren(line)
  fireEvent.click(line)
  expect(document.activeElement).toBe(body)
})

test.each([
  ['abandoned', /was to settle it and was abandoned/],
  ['failed', /was to settle it and has failed/],
  [null, /which was to settle it, is gone/],
] as const)('a conflict whose merge task is %s is asked for again', async (status, words) => {
  const landing = landingOf({ state: 'conflict', mergeTask: 'm', reason: 'both wrote a.ts' })
  const { asked, session: bare } = stageOf({
    of: () => viewOf({ landing }),
    diff,
    land: () => {
      throw new Refusal('not while the yard is paused')
    },
  })
  const merger = status === null ? [] : [cardOf('m', { status, state: status })]
  const yard = createStore(() => viewFromSnapshot(emptyView, snapshotOf(1, [card, ...merger])))
  show({ ...bare, yard }, detailsOf(tryOf('agent-1')))
  const part = await screen.findByRole('region', { name: 'Merge' })
  await within(part).findByText(words)
  fireEvent.click(within(part).getByRole('button', { name: 'Merge into main again…' }))
  fireEvent.click(await screen.findByRole('button', { name: 'Merge into main' }))
  await within(part).findByText(/not while the yard is paused/)
  expect(asked.find(([name]) => name === 'land')?.[1]).toMatchObject({ task: 'a' })
})

test('a pull request is prepared instead, whatever the policy is', async () => {
  const { asked, session } = stageOf({ of: () => viewOf(), diff, land: () => landingOf({}) })
  show(session, detailsOf(tryOf('agent-1')))
  fireEvent.click(await screen.findByRole('button', { name: 'Prepare a pull request…' }))
  const dialog = await screen.findByRole('dialog')
  within(dialog).getByText(/pull request to main are prepared. Nothing is merged/)
  fireEvent.click(within(dialog).getByRole('button', { name: 'Prepare a pull request' }))
  await waitFor(() =>
    expect(asked.find(([name]) => name === 'land')?.[1]).toMatchObject({
      task: 'a',
      pullRequest: true,
    }),
  )
})

test('a task without changes says why', async () => {
  const { session } = stageOf({ of: () => viewOf({ agent: null, result: null, files: [] }) })
  show(session, detailsOf(tryOf('agent-1', { branch: null })))
  expect(await screen.findByText(/No try of it worked in a git worktree/)).toBeTruthy()
})
