import { beforeEach, describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/renderer/actions/command-table.ts'
import { isSingle, keysOf, matchKeys, keyNameOfEvent } from '../../../src/renderer/actions/keys.ts'
import { setPreferences } from '../../../src/renderer/model/preferences.ts'

const press = (key: string, more: KeyboardEventInit = {}): string | null =>
  keyNameOfEvent(new KeyboardEvent('keydown', { key, ...more }))
const everywhere = new Set(['all', 'graph', 'tasks'] as const)

describe('keys', () => {
  beforeEach(() => setPreferences({ singleKeys: true, keys: {} }))

  test('no key means two things in one place', () => {
    for (const places of [
      new Set(['all', 'graph', 'tasks'] as const),
      new Set(['all', 'tasks'] as const),
    ]) {
      const seen = new Map<string, string>()
      for (const command of COMMANDS.filter(({ place }) => places.has(place as never)))
        for (const key of command.keys) {
          expect([key, seen.get(key)]).toEqual([key, undefined])
          seen.set(key, command.id)
        }
    }
  })

  test('what is pressed is named the same on every keyboard', () => {
    expect(press('k', { ctrlKey: true })).toBe('mod+k')
    expect(press('K', { ctrlKey: true, shiftKey: true })).toBe('mod+shift+k')
    expect(press('?', { shiftKey: true })).toBe('?')
    expect(press('N', { shiftKey: true })).toBe('shift+n')
    expect(press('˜', { altKey: true, code: 'KeyN' })).toBe('alt+n')
    expect(press(' ')).toBe('space')
    expect(press('Shift', { shiftKey: true })).toBeNull()
  })

  test('two keys one after the other', () => {
    expect(matchKeys('g', everywhere)).toEqual({ command: null, isPrefix: true })
    expect(matchKeys('g t', everywhere).command?.id).toBe('go.tasks')
  })

  test('single keys can be turned off, and a person can choose others', () => {
    const add = COMMANDS.find(({ id }) => id === 'task.add')
    if (!add) throw new Error('no such command')
    setPreferences({ singleKeys: false })
    expect(keysOf(add)).toEqual([])
    setPreferences({ singleKeys: true, keys: { 'task.add': ['mod+e'] } })
    expect(matchKeys('mod+e', everywhere).command?.id).toBe('task.add')
    expect(matchKeys('n', everywhere).command).toBeNull()
  })

  test('a function key is not single; a letter with ⇧ is', () => {
    expect(isSingle('f2')).toBe(false)
    expect(isSingle('enter')).toBe(false)
    expect(isSingle('shift+r')).toBe(true)
    expect(isSingle('mod+r')).toBe(false)
  })
})
