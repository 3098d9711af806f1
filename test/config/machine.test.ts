import { describe, expect, it } from 'vitest'
import { DEFAULT_CONFIG_TEXT } from '../../src/config/default-config.ts'
import { editConfig } from '../../src/config/edit.ts'
import { errorOf, load, refusal, sourcesOf, textOf, valueOf } from './support.ts'

describe('the machine’s table', () => {
  it('is read from the user’s own file and from the environment', () => {
    expect(load({}).settings.machine).toEqual({ maxAgents: null, minFreeMemory: null })
    const global = '[machine]\nmax_agents = 6\nmin_free_memory = "1GB"\n'
    expect(load({ global }).settings.machine).toEqual({ maxAgents: 6, minFreeMemory: 1e9 })
    const env = { YARD_MACHINE_MIN_FREE_MEMORY: '0', YARD_MACHINE_MAX_AGENTS: '2' }
    expect(load({ global, env }).settings.machine).toEqual({ maxAgents: 2, minFreeMemory: 0 })
  })

  it.each([
    ['min_free_memory = "lots"', 'min_free_memory = "lots" must be a number of bytes'],
    ['min_free_memory = -1', 'min_free_memory = -1 must be a number of bytes'],
    ['min_free_memory = "2000TB"', 'up to 1 PB'],
    ['max_agents = 1.5', 'must be a whole number from 0 to 1000'],
  ])('refuses %s', (line, words) => {
    expect(refusal({ global: `[machine]\n${line}\n` }).message).toContain(words)
  })

  it('is refused in a project, with the way out', () => {
    const failure = refusal({ project: '[machine]\nmax_agents = 6\nmin_free_memory = 0\n' })
    expect(failure).toMatchObject({
      kind: 'config-broken',
      message: expect.stringMatching(
        /config\.toml:2: machine\.max_agents is about the whole machine.*\(and 1 more\)$/,
      ),
      hint: 'set it in your own file with `yard config --global`',
    })
    expect(DEFAULT_CONFIG_TEXT).not.toContain('[machine]')
  })

  it('is written into the user’s own file only', () => {
    const sources = sourcesOf({ project: '' })
    const edits = [{ key: 'machine.min_free_memory', value: '2 GB' }]
    expect(errorOf(editConfig(sources, 'project', edits))).toMatchObject({ kind: 'bad-request' })
    expect(textOf(sources.projectFile)).toBe('')
    valueOf(editConfig(sources, 'global', edits))
    expect(textOf(sources.globalFile)).toContain('min_free_memory = "2 GB"')
  })
})
