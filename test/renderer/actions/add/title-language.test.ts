import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  issueOf,
  NO_FIELDS,
  toNewTaskInput,
  whoWorks,
} from '../../../../src/renderer/actions/add/new-task.ts'
import {
  complete,
  completionsFor,
  findTask,
  noSuchTask,
  openTokenAt,
  parseTitle,
  withoutExecutor,
} from '../../../../src/renderer/actions/add/title-language.ts'
import { cardOf } from '../../../support/scripted-host.ts'

const tasks = new Map(
  [
    cardOf('plan', { title: 'Plan the release', tags: ['docs'] }),
    cardOf('build-mac', { title: 'Build for macOS', tags: ['build'] }),
    cardOf('build-win', { title: 'Build for Windows', tags: ['build'] }),
  ].map((card) => [card.id, card] as const),
)

describe('the language of a title', () => {
  test('signs at the start of a word name tag, executor, priority and blocker', () => {
    expect(parseTitle('Build docs #docs @codex !high >plan #night')).toEqual({
      title: 'Build docs',
      tags: ['docs', 'night'],
      executor: 'codex',
      priority: 'high',
      after: ['plan'],
    })
  })

  test('what is no name stays in the title', () => {
    expect(parseTitle('Fix #12 in C# for a@b !now x>y').title).toBe(
      'Fix #12 in C# for a@b !now x>y',
    )
    expect(parseTitle('Explain \\#tag and \\>this').title).toBe('Explain #tag and >this')
    expect(parseTitle('Explain \\#tag').tags).toEqual([])
  })

  test('plain words are the title, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z0-9.,'-]{1,12}$/)), (words) => {
        expect(parseTitle(words.join(' ')).title).toBe(words.join(' '))
      }),
    )
  })

  test('completing a token puts the value in its place and the caret behind it', () => {
    const text = 'Ship >pl today'
    const token = openTokenAt(text, 8)
    expect(token).toEqual({ kind: 'after', typed: 'pl', start: 5, end: 8 })
    if (!token) throw new Error('no token')
    const next = complete(text, token, 'plan')
    expect(next).toEqual({ text: 'Ship >plan today', caret: 11 })
    expect(parseTitle(next.text).after).toEqual(['plan'])
  })

  test('there is nothing to complete outside of a token', () => {
    expect(openTokenAt('Ship it', 4)).toBeNull()
    expect(openTokenAt('a #tag ', 7)).toBeNull()
  })

  test('a chosen executor takes the named one out of the title', () => {
    expect(withoutExecutor('Build @codex docs #x')).toBe('Build docs #x')
  })
})

describe('names', () => {
  test('a task is meant by its id, its title in dashes, or the one id that begins so', () => {
    expect(findTask(tasks, 'plan')).toBe('plan')
    expect(findTask(tasks, 'build-for-macos')).toBe('build-mac')
    expect(findTask(tasks, 'build-w')).toBe('build-win')
    expect(findTask(tasks, 'build')).toBeNull()
    expect(noSuchTask(tasks, 'plam')).toContain('Did you mean plan?')
  })

  test('completions begin with what begins so, and are none where the name is whole', () => {
    const names = { tasks, executors: [] }
    const of = (typed: string) =>
      completionsFor({ kind: 'after', typed, start: 0, end: 0 }, names).map(({ value }) => value)
    expect(of('build')).toEqual(['build-win', 'build-mac'])
    expect(of('release')).toEqual(['plan'])
    expect(of('plan')).toEqual([])
  })
})

describe('what is sent', () => {
  const link = { after: ['plan'], before: [] }

  test('title, names and the dependencies of the card together', () => {
    const fields = { ...NO_FIELDS, text: 'Ship !low >build-w #x', command: ' make ship ' }
    expect(toNewTaskInput(fields, link, tasks)).toEqual({
      title: 'Ship',
      tags: ['x'],
      priority: 'low',
      exec: 'make ship',
      after: ['plan', 'build-win'],
      before: [],
    })
  })

  test('the executor in the title counts before the chosen one', () => {
    const wish = toNewTaskInput(
      { ...NO_FIELDS, text: 'Ship @codex', executor: 'claude' },
      link,
      tasks,
    )
    expect(wish.executor).toBe('codex')
  })

  test('faults are said before anything is sent', () => {
    expect(issueOf({ ...NO_FIELDS, text: '#tag' }, tasks)).toBe('A task needs a title.')
    expect(issueOf({ ...NO_FIELDS, text: 'x >none' }, tasks)).toContain('No task is named “none”')
    expect(issueOf({ ...NO_FIELDS, text: 'y'.repeat(501) }, tasks)).toContain('500')
    expect(issueOf({ ...NO_FIELDS, text: 'Ship >plan' }, tasks)).toBeNull()
  })
})

test('who will work on it is said, with what stands against it', () => {
  const names = {
    executors: [
      { name: 'claude', type: 'claude', problem: 'claude was not found on the PATH', models: [] },
      { name: 'shell', type: 'shell', problem: null, models: null },
      { name: 'codex', type: 'codex', problem: null, models: [] },
    ],
    models: [],
    defaultExecutor: 'claude',
  }
  const who = (executor: string | null, hasCommand: boolean, known = names) =>
    whoWorks(known, {
      ...NO_FIELDS,
      executor: executor ?? '',
      command: hasCommand ? 'make' : '',
    })
  expect(who(null, true)).toEqual({ text: 'shell runs the command.', isProblem: false })
  expect(who('codex', false)).toEqual({ text: 'codex works on it.', isProblem: false })
  for (const [executor, hasCommand] of [
    [null, false],
    ['shell', false],
    ['codex', true],
    ['nobody', false],
  ] as const)
    expect(who(executor, hasCommand)?.isProblem).toBe(true)
  expect(whoWorks({ ...names, defaultExecutor: null }, NO_FIELDS)).toBeNull()
  // Before the host has answered nothing is known to stand against it.
  expect(who(null, true, { ...names, executors: [] })).toBeNull()
  expect(who('shell', false)?.isMissing).toBe(true)
  expect(who('claude', false)?.isMissing).toBeUndefined()
})
