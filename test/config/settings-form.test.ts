/** What forms know of the keys: labels, controls, and the fields of profiles. */
import { expect, test } from 'vitest'
import { CONFIG_KEYS, describeKey, formatKey, readValue } from '../../src/config/keys.ts'
import { builtInField, createProfile, FIELDS_OF_TYPE } from '../../src/config/models.ts'
import { EXECUTOR_TYPES } from '../../src/domain/settings.ts'
import { load } from './support.ts'

test('every key of the configuration has a label, a note and a fitting control', () => {
  for (const info of CONFIG_KEYS) {
    const key = formatKey(info.path)
    const { label, note, control } = describeKey(
      info.path.map((part) => (part === '*' ? 'x' : part)),
    )
    expect({ key, isNamed: label !== '' && note !== '' }).toEqual({ key, isNamed: true })
    const options = control.kind === 'choice' ? control.options : []
    const refused = options.filter(([value]) => !readValue(info, value).ok)
    expect({ key, refused }).toEqual({ key, refused: [] })
    const isOpen = control.kind !== 'choice' || readValue(info, 'none of them').ok
    expect({ key, isOpen }).toEqual({ key, isOpen: control.kind !== 'choice' })
    expect({ key, isSwitch: control.kind === 'switch' }).toEqual({
      key,
      isSwitch: readValue(info, 'true').ok && !readValue(info, 'maybe').ok,
    })
    const unit = control.kind === 'duration' ? control.unit : null
    expect({ key, unit }).toEqual({ key, unit: info.unit })
  }
})

test.each([
  ['coordinator.max_agents', 'Max agents', { kind: 'number' }],
  ['coordinator.executor', 'Default executor', { kind: 'executor' }],
  ['models.roles.merger', 'Merger', { kind: 'model' }],
  ['worktree.copy', 'Copied files', { kind: 'list' }],
  ['executors.mine.command', 'Program', { kind: 'list' }],
  ['executors.mine.env.KEY', 'Variable KEY', { kind: 'text' }],
  ['caps.tags.big', 'Agents of the tag big', { kind: 'number' }],
  ['agent.keep_output', 'Whole output', { kind: 'duration', unit: 'd' }],
  ['agent.end_silent', 'End silent agents', { kind: 'switch' }],
])('%s is called "%s"', (key, label, control) => {
  expect(describeKey(key.split('.'))).toMatchObject({ label, control })
})

test('a choice has a label for each of its values', () => {
  expect(describeKey(['worktree', 'land']).control).toEqual({
    kind: 'choice',
    options: [
      ['keep', 'When you say so'],
      ['auto', 'By themselves'],
      ['pr', 'Not, but prepared'],
    ],
  })
})

test('an unknown key is still described, by its own name', () => {
  expect(describeKey(['later', 'on'])).toEqual({
    label: 'later.on',
    note: '',
    control: { kind: 'text' },
  })
})

test('what is built in of a field is what a profile without files has', () => {
  for (const type of EXECUTOR_TYPES) {
    const profile = createProfile('x', type, {})
    expect(builtInField(type, 'coding')).toBe(profile.coding)
    expect(builtInField(type, 'timeout')).toBe(profile.timeoutMs / 60_000)
    expect(builtInField(type, 'give_up')).toBe(profile.giveUpMs / 60_000)
    for (const field of ['permissions', 'subtasks', 'stdin', 'method', 'model', 'command'] as const)
      expect(builtInField(type, field)).toEqual(profile[field])
    expect(builtInField(type, 'keep_background')).toBe(profile.keepBackground)
    expect(builtInField(type, 'max_agents')).toBe(profile.maxAgents)
  }
})

test('a profile lists what its files say, what is built in, and its variables', () => {
  const config = load({
    project:
      '[executors.claude]\nenv.KEY = { from = "KEY" }\n[executors.other]\ntype = "shell"\ntimeout = 5\n',
    global: '[executors.claude]\ntimeout = 45\n',
  })
  const at = (field: string) =>
    config.profile('claude').find(({ key }) => key === `executors.claude.${field}`)
  expect(at('timeout')).toMatchObject({ value: 45, source: 'global', line: 2 })
  expect(at('env.KEY')).toMatchObject({ value: { from: 'KEY' }, source: 'project' })
  expect(at('permissions')).toMatchObject({ value: 'bypass', source: 'default', file: null })
  expect(config.profile('claude').map(({ key }) => key)).not.toContain('executors.other.timeout')
  expect(config.profile('manual')).toEqual([])
  expect(config.profile('nobody')).toEqual([])
})

test.each(EXECUTOR_TYPES.filter((type) => type !== 'command'))(
  '%s lists each of its fields once',
  (type) => {
    const keys = load({})
      .profile(type)
      .map(({ key }) => key)
    const listed = FIELDS_OF_TYPE[type].filter(
      (field) => !['type', 'env', 'headers', 'endpoint'].includes(field),
    )
    expect(keys).toEqual(listed.map((field) => `executors.${type}.${field}`))
  },
)
