import { afterEach, expect, test } from 'vitest'
import { describeKey, findKey, formatKey, readValue } from '../../../../src/config/keys.ts'
import type { Setting } from '../../../../src/contract/page.ts'
import {
  holderOf,
  resetKeys,
  takeKeys,
  turnOff,
} from '../../../../src/renderer/screens/settings/key-row.tsx'
import {
  stopQuestion,
  withoutSecrets,
} from '../../../../src/renderer/screens/settings/service-settings.tsx'
import { updateText } from '../../../../src/renderer/screens/settings/app-settings.tsx'
import { configSections } from '../../../../src/renderer/screens/settings/use-sections.tsx'
import { foundIn } from '../../../../src/renderer/screens/settings/setting.tsx'
import {
  fixedReason,
  isSaidElsewhere,
  formatKey as pageKey,
  keyParts,
  locationText,
  titledSetting,
  typedText,
  type ConfigEntry,
} from '../../../../src/renderer/components/config-entry.ts'
import { COMMANDS, type CommandInfo } from '../../../../src/renderer/actions/command-table.ts'
import { keysOf } from '../../../../src/renderer/actions/keys.ts'
import { getPreferences, setPreferences } from '../../../../src/renderer/model/preferences.ts'

afterEach(() => setPreferences({ keys: {}, singleKeys: true }))

const commandOf = (id: string): CommandInfo => {
  const command = COMMANDS.find((each) => each.id === id)
  if (!command) throw new Error(`no command ${id}`)
  return command
}
const entry = (key: string, more: Partial<ConfigEntry> = {}): ConfigEntry => ({
  key,
  value: null,
  source: 'default',
  file: null,
  line: null,
  ...more,
})

const setting = (key: string): Setting => ({ ...entry(key), ...describeKey(keyParts(key)) })

test.each([
  ['coordinator.max_agents', ['coordinator', 'max_agents']],
  ['models."gpt-5.2".provider', ['models', 'gpt-5.2', 'provider']],
  ['caps.tags."a \\"b\\""', ['caps', 'tags', 'a "b"']],
])('%s is taken apart and put together as the host does', (key, parts) => {
  expect(keyParts(key)).toEqual(parts)
  expect(pageKey(parts)).toBe(formatKey(parts))
})

test.each([
  ['coordinator.max_agents', 4],
  ['executors.x.command', ['prog', '{prompt_file}', 'with "quotes"']],
  ['executors.x.env.KEY', { from: 'OTHER' }],
  ['executors.x.env.KEY', 'plain text'],
  ['executors.x.coding', false],
])('what is shown of %s can be typed back', (key, value) => {
  const found = findKey(key)
  expect(found.ok && readValue(found.value.info, typedText(value))).toEqual({ ok: true, value })
})

test('what stands over the files cannot be edited here, and says where it can', () => {
  const env = entry('coordinator.max_agents', { source: 'env' })
  expect(fixedReason(env, 'project')).toContain('YARD_COORDINATOR_MAX_AGENTS')
  expect(fixedReason(entry('coordinator.model', { source: 'flag' }), 'project')).toContain('flag')
  const own = entry('store.backups', { source: 'project' })
  expect(fixedReason(own, 'project')).toBeNull()
  expect(fixedReason(own, 'global')).toContain('Reset it first')
  expect(fixedReason(entry('store.backups', { source: 'global' }), 'project')).toBeNull()
  expect(locationText('/home/me/src/atlas/.yard/config.toml', 12)).toBe('.yard/config.toml:12')
})

test('a default that stands under its older key is reset there', () => {
  const at = { source: 'project', file: '/y/.yard/config.toml', line: 4 } as const
  const [borrowed, older] = [entry('coordinator.model', at), entry('agent.model', at)]
  expect(isSaidElsewhere(borrowed, [borrowed, older])).toBe(true)
  expect(isSaidElsewhere(borrowed, [borrowed, { ...older, line: 5 }])).toBe(false)
  const unset = entry('coordinator.model')
  expect(isSaidElsewhere(unset, [unset, entry('agent.model')])).toBe(false)
})

test.each(['members.back-end.executor', 'jobs.back-end.member', 'models.back-end.provider'])(
  'the name stands before the label of %s',
  (key) => {
    const plain = { ...setting('store.backups'), key, label: 'Its label' }
    expect(titledSetting(plain).label).toBe('back-end: Its label')
  },
)

test('the search wants every word, in the section’s name or the setting’s', () => {
  const sections = configSections({
    pending: [],
    entries: ['store.backups', 'store.synchronous', 'coordinator.model'].map(setting),
    names: { executors: [], models: [] },
    scope: 'project',
    onSaved: () => {},
  })
  const idsOf = (query: string): readonly string[] =>
    foundIn(sections, query).flatMap(({ settings }) => settings.map(({ id }) => id))
  expect(idsOf('')).toHaveLength(3)
  expect(idsOf('storage power')).toEqual(['store.synchronous'])
  expect(idsOf('STORE.BACK')).toEqual(['store.backups'])
  expect(idsOf('coordinator storage')).toEqual([])
})

test('keys that cannot be told from those of another command are found', () => {
  const agents = commandOf('go.agents')
  expect(holderOf('mod+2', agents)?.id).toBe('go.tasks')
  expect(holderOf('mod+3', agents)).toBeNull()
  expect(holderOf('mod+alt+j', agents)).toBeNull()
  // Two keys begin with it: alone it would never be heard, or they would not.
  expect(holderOf('g', agents)).not.toBeNull()
  expect(holderOf('k v', agents)?.id).toBe('task.kill')
})

test('keys are taken from their holder, given back, and turned off', () => {
  const [agents, tasks] = [commandOf('go.agents'), commandOf('go.tasks')]
  takeKeys(agents, 'mod+2', tasks)
  expect([keysOf(agents), keysOf(tasks)]).toEqual([['mod+2'], ['g t']])
  turnOff(tasks)
  expect(keysOf(tasks)).toEqual([])
  resetKeys(tasks)
  resetKeys(agents)
  expect([keysOf(agents), keysOf(tasks)]).toEqual([agents.keys, tasks.keys])
  expect(getPreferences().keys).toEqual({})
})

test('the usual keys clash nowhere', () => {
  const clashes = COMMANDS.flatMap((command) =>
    command.keys.flatMap((keys) => {
      const holder = holderOf(keys, command)
      return holder === null ? [] : [`${command.id} ${keys} ${holder.id}`]
    }),
  )
  expect(clashes).toEqual([])
})

test('stopping with agents alive lets them go on or kills them; without any it only asks', () => {
  expect(stopQuestion(0).choices.map(({ id }) => id)).toEqual(['leave'])
  const { title, choices } = stopQuestion(5)
  expect(title).toBe('Stop the service with 5 agents alive?')
  expect(choices.map(({ id, label }) => [id, label])).toEqual([
    ['leave', 'Stop, agents go on'],
    ['kill', 'Stop and kill 5 agents'],
  ])
})

test('an address is shown without anything that opens a page', () => {
  expect(withoutSecrets('http://127.0.0.1:4711/#code=secret')).toBe('http://127.0.0.1:4711')
  expect(withoutSecrets('http://127.0.0.1:4711/?token=secret')).toBe('http://127.0.0.1:4711')
  expect(withoutSecrets('nonsense')).toBe('')
})

test('each state of an update is said', () => {
  expect(updateText({ kind: 'off' })).toMatch(/^Off/)
  expect(updateText({ kind: 'downloading', version: '2.0.0', percent: 41.6 })).toBe(
    'Loading 2.0.0, 42 %',
  )
  expect(updateText({ kind: 'failed', message: 'no network' })).toContain('no network')
})
