import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { lookOf, textOf } from '../../src/main/tray.ts'
import { summaryOf } from '../support/scripted-host.ts'

const attention = { task: 'a', agent: null, kind: 'failed', text: 'x', since: '2026-11-20' }
const alive = { agents: { alive: 3, max: 4 } }

test.each([
  ['idle', null],
  ['idle', summaryOf()],
  ['running', summaryOf(alive)],
  ['paused', summaryOf({ ...alive, paused: true })],
  ['attention', summaryOf({ ...alive, paused: true, attention: [attention] })],
] as const)('looks %s: attention beats paused beats running', (look, summary) => {
  expect(lookOf(summary)).toBe(look)
})

test('says in words what the shape says', () => {
  expect(textOf(null)).toContain('does not answer')
  expect(textOf(summaryOf({ ...alive, attention: [attention] }))).toBe(
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
