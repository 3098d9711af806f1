import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { judgementIdOf } from '../../../src/domain/judging/evaluation.ts'
import {
  forgetJudgements,
  lastTurnFolder,
  turnName,
  turnNames,
} from '../../../src/yard/judging/turn-folder.ts'

const [two, ten] = [judgementIdOf(2), judgementIdOf(10)]

function folderWith(...names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'yard-turns-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of names) mkdirSync(join(folder, name), { recursive: true })
  return folder
}

it('the first turn is kept in the folder of its judgement, later ones below that', () => {
  expect([1, 2, 11].map((turn) => turnName({ id: two, turn }))).toEqual([
    ...['judge-2', 'judge-2/turn-2', 'judge-2/turn-11'],
  ])
  const folder = folderWith('judge-10', 'judge-2/turn-11', 'judge-2/turn-2/empty', 'left-behind')
  expect(turnNames(folder)).toEqual(['judge-2', 'judge-2/turn-2', 'judge-2/turn-11', 'judge-10'])
  expect(lastTurnFolder(folder, two)).toBe(join(folder, 'judge-2/turn-11'))
  expect(lastTurnFolder(folder, ten)).toBe(join(folder, 'judge-10'))
  expect(turnNames(join(folder, 'nowhere'))).toEqual([])
})

it('what is kept of ended ones can be forgotten, and of nothing else', async () => {
  const folder = folderWith('judge-10/turn-2', 'judge-2', 'left-behind')
  expect(await forgetJudgements(folder, (id) => id === two)).toEqual([ten])
  expect(
    ['judge-2', 'judge-10', 'left-behind'].map((name) => existsSync(join(folder, name))),
  ).toEqual([true, false, true])
})
