/** What a person is shown of a yard that was not made here, and what their yes stands for. */
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { TrustDialog } from '../../../../src/renderer/screens/attention/trust-dialog.tsx'
import type { YardClient } from '../../../../src/renderer/model/session/link.ts'
import { Refusal } from '../../../../src/renderer/model/session/refusal.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { eventually } from '../../../support/eventually.ts'
import { liveSession } from '../../model/session/live-session.ts'

type Shown = Awaited<ReturnType<YardClient['page']['trust']>>

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

const SHOWN: Shown = {
  trusted: false,
  executors: [
    'claude (claude, permissions full) with NODE_OPTIONS=--require ./x.js, TOKEN=$GITHUB_TOKEN',
    'hook (http, permissions ask) posts to https://hooks.example/run sending X-Key: $HOOK_KEY',
  ],
  builtIn: [],
  settings: ['new worktrees run ./setup.sh', 'finished work lands by itself on branch main'],
  variables: ['GITHUB_TOKEN', 'HOOK_KEY'],
  lines: [
    { task: 'build', kind: 'exec', line: 'make all' },
    { task: 'build', kind: 'verify', line: 'make check' },
    { task: 'call', kind: 'executor', line: 'https://hooks.example/other' },
    { task: 'away', kind: 'repo', line: '/home/me/secret' },
  ],
  seen: 'first',
}

/** A host that shows the last of `shown` once those before it were asked for, and takes a yes to that one only. */
function open(...shown: readonly Shown[]) {
  const left = [...shown]
  let latest: Shown | null = null
  const taken: string[] = []
  const page = {
    trust: async () => (latest = left.shift() ?? latest),
    confirmTrust: async ({ seen }: { seen: string }) => {
      taken.push(seen)
      if (seen !== shown.at(-1)?.seen) throw new Refusal('It has changed since you looked.')
      return { trusted: true }
    },
  }
  const onClose = vi.fn<() => void>()
  render(
    <SessionContext value={liveSession({ page })}>
      <TrustDialog name="atlas" isOpen onClose={onClose} />
    </SessionContext>,
  )
  return { taken, onClose }
}

const part = async (name: string): Promise<readonly (string | null)[]> =>
  within(await screen.findByRole('region', { name }))
    .getAllByRole('listitem')
    .map(({ textContent }) => textContent)

test('it shows what would run, with which settings and variables, and what each task brings along', async () => {
  open(SHOWN)
  expect(await part('Executors')).toEqual(SHOWN.executors)
  expect(await part('Settings')).toEqual(SHOWN.settings)
  expect(await part('Variables')).toEqual(['GITHUB_TOKEN', 'HOOK_KEY'])
  expect(await part('Lines')).toEqual([
    'buildmake all',
    'build, its checkmake check',
    'call, posted tohttps://hooks.example/other',
    'away, works in/home/me/secret',
  ])
})

test('what is peculiar to the yard comes first, and what comes with every yard is folded at the end', async () => {
  const builtIn = ['shell (shell, permissions bypass)', 'claude (claude, permissions bypass)']
  open({ ...SHOWN, executors: [...builtIn, ...SHOWN.executors], builtIn })
  expect(await part('Executors')).toEqual(SHOWN.executors)
  expect(await part('Built-in executors')).toEqual(builtIn)
  const parts = within(screen.getByRole('region', { name: 'What it would run' }))
    .getAllByRole('region')
    .map((each) => each.getAttribute('aria-label'))
  expect(parts).toEqual(['Lines', 'Variables', 'Settings', 'Executors', 'Built-in executors'])
  const fold = screen.getByText('2 built-in executors, as in every yard').closest('details')
  expect(fold?.open).toBe(false)
})

test('it can be trusted only once all lines are listed and the end of the list was in sight', async () => {
  vi.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(900)
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(300)
  const lines = Array.from({ length: 150 }, (_, n) => ({
    task: `t${n}`,
    kind: 'exec' as const,
    line: `make ${n}`,
  }))
  const changed = { ...SHOWN, seen: 'second' }
  open({ ...SHOWN, lines }, changed)
  const list = await screen.findByRole('region', { name: 'What it would run' })
  const trust = screen.getByRole<HTMLButtonElement>('button', { name: 'Trust this yard' })
  expect(screen.getByText('Read it to its end first.').id).toBe(
    trust.getAttribute('aria-describedby'),
  )
  list.scrollTop = 600
  fireEvent.scroll(list)
  expect(trust.disabled).toBe(true)
  list.scrollTop = 0
  fireEvent.click(screen.getByRole('button', { name: 'Show 50 more of 50' }))
  expect(trust.disabled).toBe(true)
  list.scrollTop = 600
  fireEvent.scroll(list)
  expect(trust.disabled).toBe(false)
  list.scrollTop = 0
  fireEvent.scroll(list)
  expect(trust.disabled).toBe(false)
  expect(screen.queryByText('Read it to its end first.')).toBeNull()
  fireEvent.click(trust)
  await screen.findByText('Read it to its end first.')
  expect(trust.disabled).toBe(true)
})

test('where nothing is set, nothing is claimed', async () => {
  open({ ...SHOWN, settings: [], variables: [], lines: [] })
  const variables = await screen.findByRole('region', { name: 'Variables' })
  expect(within(variables).getByText('None is named.')).toBeDefined()
  expect(screen.queryByRole('region', { name: 'Settings' })).toBeNull()
  expect(screen.getByRole('heading', { name: 'No lines of tasks' })).toBeDefined()
})

test('signs that would hide or turn round a text are shown by their codes, wherever they stand', async () => {
  const evil = 'safe\u202Elive\u0007'
  const plain = 'safe\\u{202e}live\\u{7}'
  open({
    ...SHOWN,
    executors: [evil],
    settings: [evil],
    variables: [evil],
    lines: [{ task: evil, kind: 'exec', line: evil }],
  })
  for (const name of ['Executors', 'Settings', 'Variables'])
    // oxlint-disable-next-line no-await-in-loop -- one section after the other
    expect(await part(name)).toEqual([plain])
  expect(await part('Lines')).toEqual([plain + plain])
})

test('of many lines a part is shown at a time, and none is kept back', async () => {
  const lines = Array.from({ length: 230 }, (_, n) => ({
    task: `t${n}`,
    kind: 'exec' as const,
    line: `make ${n}`,
  }))
  open({ ...SHOWN, lines })
  expect(await part('Lines')).toHaveLength(100)
  fireEvent.click(screen.getByRole('button', { name: 'Show 100 more of 130' }))
  expect(await part('Lines')).toHaveLength(200)
  fireEvent.click(screen.getByRole('button', { name: 'Show 30 more of 30' }))
  expect((await part('Lines')).at(-1)).toBe('t229make 229')
  expect(screen.queryByRole('button', { name: /more of/ })).toBeNull()
})

test('a yes is given to what was shown; where that has changed, the new is shown first', async () => {
  const changed = { ...SHOWN, settings: ['new worktrees run ./other.sh'], seen: 'second' }
  const { taken, onClose } = open(SHOWN, changed)
  await screen.findByText('new worktrees run ./setup.sh')
  fireEvent.click(screen.getByRole('button', { name: 'Trust this yard' }))
  await screen.findByText('It has changed since you looked.')
  await screen.findByText('new worktrees run ./other.sh')
  expect(onClose).not.toHaveBeenCalled()
  fireEvent.click(screen.getByRole('button', { name: 'Trust this yard' }))
  await eventually(() => expect(onClose).toHaveBeenCalledOnce())
  expect(taken).toEqual(['first', 'second'])
})

test('the focus begins on Cancel, and nothing can be trusted before it was shown', async () => {
  open()
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Cancel' }))
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Trust this yard' }).disabled).toBe(
    true,
  )
})
