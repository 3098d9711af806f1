/** Jobs on the Schedule screen. */
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { JobRunView, JobView } from '../../../../src/contract/job.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { JobTable, runState } from '../../../../src/renderer/screens/schedule/jobs.tsx'
import { isSent } from '../../support/is-sent.ts'
import { jobOf, messageIdOf } from '../../../support/mail-views.ts'
import { liveSession } from '../../model/session/live-session.ts'

afterEach(() => {
  cleanup()
  location.hash = ''
})

const runOf = (number: number, more: Partial<JobRunView> = {}): JobRunView => ({
  id: `nightly#${number}`,
  at: '2026-11-20T07:00:00.000Z',
  scheduledFor: '2026-11-20T07:00:00.000Z',
  trigger: 'schedule',
  outcome: 'done',
  reason: null,
  message: messageIdOf(number),
  agent: 'agent-7',
  conversation: null,
  endedAt: '2026-11-20T07:05:00.000Z',
  ...more,
})

function open(jobs: readonly JobView[], runs: readonly JobRunView[] = []) {
  const sent: [string, object][] = []
  const taking = (name: string) => async (input: { readonly commandId?: string }) => {
    const { commandId, ...rest } = input
    sent.push([name, { ...rest, hasId: commandId !== undefined }])
  }
  const job = {
    run: taking('run'),
    pause: taking('pause'),
    resume: taking('resume'),
    history: async () => runs,
  }
  render(
    <SessionContext value={liveSession({ job })}>
      <JobTable jobs={jobs} nowMs={Date.parse('2026-11-20T10:00:00Z')} />
    </SessionContext>,
  )
  return sent
}
const press = (name: string): void => void fireEvent.click(screen.getByRole('button', { name }))

test('a job says its member, its times in words, what becomes of missed ones, and its last run', () => {
  open([
    jobOf('nightly', { missed: 'skip', last: runOf(3, { outcome: 'dead', reason: 'exit 1' }) }),
  ])
  const row = within(screen.getByRole('row', { name: /nightly/ }))
  expect(row.getByRole('button', { name: 'back-end' })).toBeDefined()
  expect(row.getByText(/Every weekday at 07:00/)).toBeDefined()
  expect(row.getByText('Skipped').getAttribute('title')).toBe('Missed times are left out')
  expect(row.getByText('Dead letter')).toBeDefined()
})

test('it is run now under a command id, paused, and resumed', async () => {
  const sent = open([jobOf('nightly'), jobOf('weekly', { paused: true, next: null })])
  expect(within(screen.getByRole('row', { name: /weekly/ })).getByText('Paused')).toBeDefined()
  press('Run now nightly')
  await isSent(sent, 1)
  press('Pause nightly')
  await isSent(sent, 2)
  press('Resume weekly')
  await isSent(sent, 3)
  expect(sent).toEqual([
    ['run', { name: 'nightly', hasId: true }],
    ['pause', { name: 'nightly', hasId: false }],
    ['resume', { name: 'weekly', hasId: false }],
  ])
})

test('its history tells why each run fired and what came of it, and leads to its message', async () => {
  open(
    [jobOf('nightly')],
    [
      runOf(2, { trigger: 'hand', scheduledFor: null, outcome: null, agent: null }),
      runOf(1, {
        trigger: 'missed',
        outcome: 'skipped',
        reason: 'its time had passed',
        message: null,
      }),
    ],
  )
  press('History of nightly')
  const dialog = within(await screen.findByRole('dialog', { name: 'Runs of nightly' }))
  await dialog.findByText('By hand')
  expect(dialog.getByText('its time had passed')).toBeDefined()
  expect(dialog.getByText('Under way')).toBeDefined()
  fireEvent.click(dialog.getByRole('button', { name: /^Message/ }))
  expect(location.hash).toBe(`#/messages?message=${messageIdOf(2)}`)
})

test('the history has a button that closes it', async () => {
  open([jobOf('nightly')], [])
  press('History of nightly')
  const dialog = within(await screen.findByRole('dialog', { name: 'Runs of nightly' }))
  fireEvent.click(dialog.getByRole('button', { name: 'Close' }))
  await expect.poll(() => screen.queryByRole('dialog')).toBe(null)
})

test('each outcome has its word', () => {
  const outcomes = ['done', 'failed', 'dead', 'skipped', null] as const
  expect(outcomes.map((outcome) => runState({ outcome })[1])).toEqual([
    ...['Done', 'Failed', 'Dead letter', 'Skipped', 'Under way'],
  ])
})
