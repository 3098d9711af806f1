import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IdentityPerformance, IdentityView } from '../../../../src/contract/identity.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { emptyView, viewFromSnapshot } from '../../../../src/renderer/model/session/yard-view.ts'
import { currentRoute } from '../../../../src/renderer/model/route.ts'
import { toRows } from '../../../../src/renderer/screens/registry/identities/identity-rows.ts'
import { IdentitiesScreen } from '../../../../src/renderer/screens/registry/identities/identities-screen.tsx'
import { snapshotOf } from '../../../support/scripted-host.ts'
import { liveSession } from '../../model/session/live-session.ts'

beforeEach(() => void (location.hash = '#/identities'))
afterEach(cleanup)

const idOf = (start: string): string => start.padEnd(64, '0')
const viewOf = (start: string, more: Partial<IdentityView> = {}): IdentityView => ({
  id: idOf(start),
  name: 'Careful Programmer',
  role: 'programmer',
  tradeoff: 'careful',
  description: 'Traces first.',
  skills: ['typescript'],
  acceptable: ['slower'],
  not_acceptable: ['untested changes'],
  source: 'shipped',
  file: null,
  ...more,
})
const SHIPPED = viewOf('f5143935')
const OWN = viewOf('aaaa0001', {
  name: 'Our Tester',
  role: 'tester',
  source: 'project',
  file: '/y/.yard/identities/t.toml',
  skills: [],
})

const scored = (
  identity: IdentityPerformance['identity'],
  more: Partial<IdentityPerformance> = {},
): IdentityPerformance => ({
  identity,
  key: null,
  n: 12,
  isFew: false,
  mean: 0.874,
  quartiles: null,
  gated: 0,
  passed: 0,
  passedShare: null,
  meanCostUsd: 0.25,
  costPerPassedUsd: null,
  dimensions: {} as IdentityPerformance['dimensions'],
  ...more,
})
const GONE = { id: idOf('bbbb0002'), name: 'Old Writer' }

interface Answers {
  readonly list?: readonly IdentityView[]
  readonly broken?: readonly { file: string; problem: string }[]
  readonly tasks?: readonly { id: string; title: string; state: string }[]
}

function show({ list = [SHIPPED, OWN], broken = [], tasks = [] }: Answers = {}): string[] {
  const asked: string[] = []
  const identity = {
    list: async () => list,
    broken: async () => broken,
    get: async ({ id }: { id: string }) => {
      asked.push(id)
      return viewOf('bbbb0002', { name: 'Old Writer', source: 'known', description: 'Was here.' })
    },
    tasks: async () => tasks,
    performance: async ({ by }: { by?: 'kind' | 'model' }) =>
      by === undefined
        ? [scored(SHIPPED), scored(GONE, { n: 2, isFew: true, mean: 0.5 }), scored(null)]
        : [
            scored(SHIPPED, { key: by === 'kind' ? 'docs' : 'opus', n: 7 }),
            scored(GONE, { key: 'other', n: 2 }),
          ],
  }
  render(
    <SessionContext
      value={liveSession({ identity }, viewFromSnapshot(emptyView, snapshotOf(1, [])))}
    >
      <IdentitiesScreen />
    </SessionContext>,
  )
  return asked
}

const rowTexts = async (): Promise<(string | null)[]> =>
  within(await screen.findByRole('table', { name: 'Identities' }))
    .getAllByRole('row')
    .slice(1)
    .map(({ textContent }) => textContent)

test('each identity stands with its short id, where it is from, and how it did', async () => {
  show()
  await screen.findByText('0.87')
  const [shipped, own, gone] = await rowTexts()
  expect(shipped).toMatch(
    /^Careful Programmerf5143935programmercarefultypescript120\.87\$0\.25shipped$/,
  )
  expect(own).toMatch(/^Our Testeraaaa0001testercareful.*this yard$/)
  expect(gone).toMatch(/^Old Writerbbbb0002.*2 few0\.50.*no file any more$/)
  expect(screen.getByText('2 identities, 1 of them yours')).toBeDefined()
})

test('its panel says what its agent is told, how it did by kind, and which tasks ask for it', async () => {
  show({ tasks: [{ id: 'a', title: 'Write the guide', state: 'ready' }] })
  fireEvent.click(await screen.findByRole('button', { name: 'Careful Programmer' }))
  const panel = await screen.findByRole('complementary', { name: 'Identity Careful Programmer' })
  const within_ = within(panel)
  expect(within_.getByText('Traces first.')).toBeDefined()
  expect(within_.getByText('untested changes')).toBeDefined()
  const kinds = await within_.findByRole('table', { name: 'Performance by kind' })
  expect(within(kinds).getAllByRole('row')[1]?.textContent).toBe('docs70.87$0.25')
  expect(within(kinds).getAllByRole('row')).toHaveLength(2)
  fireEvent.click(await within_.findByRole('button', { name: 'Write the guide' }))
  expect(currentRoute()).toMatchObject({ task: 'a', tab: 'overview' })
})

test('Esc closes the panel', async () => {
  show()
  fireEvent.click(await screen.findByRole('button', { name: 'Our Tester' }))
  fireEvent.keyDown(await screen.findByRole('complementary'), { key: 'Escape' })
  expect(screen.queryByRole('complementary')).toBeNull()
})

test('what no file says any more is asked for when it is opened', async () => {
  const asked = show()
  fireEvent.click(await screen.findByRole('button', { name: 'Old Writer' }))
  await screen.findByText('Was here.')
  expect(asked).toEqual([GONE.id])
})

test('files that are broken are named with what is wrong', async () => {
  show({ broken: [{ file: '/y/.yard/identities/x.toml', problem: 'role is missing' }] })
  const part = await screen.findByRole('region', { name: 'Broken files' })
  expect(part.textContent).toBe('1 file is passed over/y/.yard/identities/x.toml: role is missing')
})

test('the filter that fits none says so', async () => {
  location.hash = '#/identities?q=nonesuch'
  show()
  await screen.findByText('3 identities, none match')
  expect(screen.queryByRole('table', { name: 'Identities' })).toBeNull()
})

test('rows: tries that were nobody in particular are of no row', () => {
  expect(toRows([], [scored(null)])).toEqual([])
  expect(toRows([SHIPPED], [])[0]).toMatchObject({ n: null, mean: null })
})
