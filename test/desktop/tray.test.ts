import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { Attention, Summary } from '../../src/contract/view.ts'
import {
  badgeOf,
  lookOf,
  textOf,
  trayIcon,
  trayLook,
  trayMenu,
  traySignature,
  type ShownYard,
  type TrayActions,
} from '../../src/desktop/tray.ts'
import { agentOf, summaryOf } from '../support/scripted-host.ts'

const needs = (n: number): Attention => ({
  task: `t${n}`,
  agent: null,
  kind: 'failed',
  text: `Task ${n}`,
  reason: 'exit 1',
  since: `${n}`,
})
const alive = { agents: { alive: 3, max: 4 } }

test.each([
  ['idle', null],
  ['idle', summaryOf()],
  ['running', summaryOf(alive)],
  ['paused', summaryOf({ ...alive, paused: true })],
  ['attention', summaryOf({ ...alive, paused: true, attention: [needs(1)] })],
] as const)('looks %s: attention beats paused beats running', (look, summary) => {
  expect(lookOf(summary)).toBe(look)
})

test('says in words what the shape says', () => {
  expect(textOf(summaryOf({ ...alive, attention: [needs(1)] }))).toBe(
    'atlas: 3 working, 1 needs you',
  )
})

test('every look has its icon for each kind of tray', () => {
  const folder = resolve(import.meta.dirname, '../../resources/tray')
  for (const look of ['idle', 'running', 'paused', 'attention'])
    for (const ground of ['template', 'on-dark', 'on-light'])
      for (const scale of ['', '@2x'])
        expect(existsSync(join(folder, `tray-${look}-${ground}${scale}.png`))).toBe(true)
})

const yardOf = (name: string, summary: Summary | null, agents = 0): ShownYard => ({
  root: `/${name}`,
  name,
  glimpse: () =>
    summary && {
      summary: { ...summary, name },
      agents: Array.from({ length: agents }, (_, n) => agentOf(`agent-${n + 1}`, 'paint')),
    },
})
const NOW = Date.parse('2026-11-20T10:12:41Z')
const menu = (...yards: ShownYard[]) => trayMenu(yards, NOW, {} as TrayActions)
const labels = (...yards: ShownYard[]) =>
  menu(...yards).flatMap(({ label, type }) => (type === 'separator' ? '—' : (label ?? [])))

test('shows five that need somebody, eight that work, and counts the rest', () => {
  const attention = [1, 2, 3, 4, 5, 6, 7].map(needs)
  const shown = menu(yardOf('atlas', summaryOf({ ...alive, attention }), 10))
  const at = shown.findIndex(({ type }) => type === 'separator') + 1
  expect(shown.slice(at, at + 6).map(({ label }) => label)).toEqual([
    ...['Task 1', 'Task 2', 'Task 3', 'Task 4', 'Task 5', '2 more…'],
  ])
  const agents = shown.find(({ label }) => label === 'Agents')?.submenu
  expect(agents).toHaveLength(8)
  expect(agents).toMatchObject([{ label: 'agent-1 · paint · 12m 41s' }, {}, {}, {}, {}, {}, {}, {}])
})

test('has a line of state for each yard, and a pause for each of several', () => {
  const yards = [yardOf('atlas', summaryOf(alive)), yardOf('bolt', summaryOf({ paused: true }))]
  expect(labels(...yards)).toEqual([
    ...['atlas: 3 working', 'bolt: paused, nobody working', '—'],
    ...['Open Yardmaster', 'New Task…', 'Pause atlas', 'Resume bolt', 'Agents', '—'],
    ...['Keeps working when closed', 'Settings…', '—', 'Quit Window', 'Stop and Quit…'],
  ])
})

test('a yard that does not answer cannot be paused', () => {
  const shown = menu(yardOf('atlas', null))
  expect(shown[0]?.label).toBe('atlas: does not answer')
  expect(shown.find(({ label }) => label === 'Pause')?.enabled).toBe(false)
})

test('text of others stays on one line, of a sensible length, without hidden keys', () => {
  const attention = [{ ...needs(1), text: `a & b\nc${'x'.repeat(300)}` }]
  const label = labels(yardOf('atlas', summaryOf({ attention })))[2] ?? ''
  expect(label).toMatch(/^a && b cx+…$/)
  expect(label.length).toBeLessThan(90)
})

test('of several yards the one that needs somebody gives the look and the badge', () => {
  const yards = [
    yardOf('atlas', summaryOf(alive)),
    yardOf('bolt', summaryOf({ attention: [needs(1)] })),
    yardOf('gone', null),
  ]
  expect(trayLook(yards)).toBe('attention')
  expect(badgeOf(yards)).toEqual({ count: 1, text: '1 thing needs you' })
  expect(badgeOf([])).toEqual({ count: 0, text: '' })
})

test('its icon is a template on macOS, else for the ground it stands on', () => {
  expect(trayIcon('paused', true, 'darwin')).toBe('tray-paused-template.png')
  expect(trayIcon('paused', true, 'linux')).toBe('tray-paused-on-dark.png')
  expect(trayIcon('idle', false, 'win32')).toBe('tray-idle-on-light.png')
})

test('it is drawn anew for another agent, not for the time alone', () => {
  const before = traySignature([yardOf('atlas', summaryOf(alive), 1)])
  expect(traySignature([yardOf('atlas', summaryOf(alive), 1)])).toBe(before)
  expect(traySignature([yardOf('atlas', summaryOf(alive), 2)])).not.toBe(before)
})
