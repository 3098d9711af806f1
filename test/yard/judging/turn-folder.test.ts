import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { newJudgement, NO_SUBJECT } from '../../../src/domain/decide/evaluated.ts'
import { judgementIdOf } from '../../../src/domain/judging/evaluation.ts'
import type { Judgement } from '../../../src/domain/judging/judgement.ts'
import { writeReply } from '../../../src/yard/judging/reply-file.ts'
import {
  forgetJudgements,
  lastTurnFolder,
  questionKey,
  setForeignAside,
  turnFolders,
  turnName,
  turnNames,
} from '../../../src/yard/judging/turn-folder.ts'

const judgement = (number: number, at = 0): Judgement =>
  newJudgement(
    { lastJudgementNumber: number - 1 },
    { ...NO_SUBJECT, purpose: 'canary', subject: null, by: 'ada', wish: null, at },
  )
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
  const last = (number: number) => lastTurnFolder(folder, judgement(number))
  expect([2, 10, 3].map(last)).toEqual([
    ...[join(folder, 'judge-2/turn-11'), join(folder, 'judge-10'), null],
  ])
  expect(turnNames(join(folder, 'nowhere'))).toEqual([])
})

it('what is kept of ended ones can be forgotten, and of nothing else', async () => {
  const folder = folderWith('judge-10/turn-2', 'judge-2', 'left-behind')
  expect(await forgetJudgements(folder, (id) => id === two)).toEqual([ten])
  expect(
    ['judge-2', 'judge-10', 'left-behind'].map((name) => existsSync(join(folder, name))),
  ).toEqual([true, false, true])
})

it('a number that is given again is another question, whose folder is not the old one', async () => {
  const folder = folderWith('judge-2/turn-2')
  const [old, now] = [judgement(2, 1000), judgement(2, 2000)]
  const reply = { kind: 'answer', text: 'no', structured: null, usage: null, costSource: null }
  writeReply(join(folder, 'judge-2'), questionKey(old), { ...reply, kind: 'answer' })
  expect(turnFolders(folder, old)).toHaveLength(2)
  expect([turnFolders(folder, now), lastTurnFolder(folder, now)]).toEqual([[], null])
  setForeignAside(folder, { ...old, key: questionKey(old) })
  expect(readdirSync(folder)).toEqual(['judge-2'])
  for (const turn of [2, 1]) setForeignAside(folder, { id: two, turn, key: questionKey(now) })
  mkdirSync(join(folder, 'judge-2'))
  writeReply(join(folder, 'judge-2'), questionKey(old), { ...reply, kind: 'answer' })
  setForeignAside(folder, { ...now, key: questionKey(now) })
  expect(readdirSync(folder)).toEqual(['judge-2.before-1', 'judge-2.before-2'])
  expect(turnNames(folder)).toEqual([])
  expect(await forgetJudgements(folder, () => true)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

it('no link is followed, and the link alone is removed', async () => {
  const [folder, elsewhere] = [folderWith('judge-10'), folderWith('turn-2', 'turn-3.before-1')]
  symlinkSync(elsewhere, join(folder, 'judge-2'))
  symlinkSync(elsewhere, join(folder, 'judge-10', 'turn-2'))
  expect(turnNames(folder)).toEqual(['judge-10'])
  expect(turnFolders(folder, judgement(2))).toEqual([])
  expect(await forgetJudgements(folder, () => false)).toEqual([two, ten])
  expect(readdirSync(elsewhere)).toEqual(['turn-2', 'turn-3.before-1'])
})
