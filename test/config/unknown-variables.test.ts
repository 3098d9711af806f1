import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { unknownVariables } from '../../src/config/unknown-variables.ts'

describe('a variable that is no setting', () => {
  it.each([
    ['YARD_MAX_AGENT', 'YARD_COORDINATOR_MAX_AGENTS'],
    ['YARD_MAX_AGENTS', 'YARD_COORDINATOR_MAX_AGENTS'],
    ['YARD_COORDINATOR_MAX_AGENT', 'YARD_COORDINATOR_MAX_AGENTS'],
    ['YARD_MACHINE_MAXAGENTS', 'YARD_MACHINE_MAX_AGENTS'],
    ['YARD_AGENT_STOP_GRACES', 'YARD_AGENT_STOP_GRACE'],
    ['YARD_DIRR', 'YARD_DIR'],
    ['YARD_SOMETHING_ELSE_ALTOGETHER', null],
  ])('%s most likely means %s', async (name, near) => {
    expect(await unknownVariables({ [name]: '1' }, [])).toEqual([{ name, near }])
  })

  it('is none that is known, empty, or set for agents', async () => {
    const known = { YARD_DIR: '/', YARD_NODE: '/', YARD_COORDINATOR_MAX_AGENTS: '3', PATH: '/' }
    expect(await unknownVariables({ ...known, YARD_MAX_AGENT: '' }, [])).toEqual([])
    const agent = { YARD_TOKEN: 't', YARD_AGENT_ID: 'agent-1', YARD_TASK_ID: 'a', YARD_MODEL: 'm' }
    expect(await unknownVariables({ ...agent, YARD_MAX_AGENT: '3' }, [])).toEqual([])
  })

  it('is none that a config file names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'yard-variables-'))
    const file = join(folder, 'config.toml')
    writeFileSync(file, '[executors.codex]\napi_key_env = "YARD_OPENAI"\n')
    const env = { YARD_OPENAI: 'secret', YARD_OPENAL: 'secret' }
    const found = await unknownVariables(env, [join(folder, 'none.toml'), file])
    expect(found.map(({ name }) => name)).toEqual(['YARD_OPENAL'])
    rmSync(folder, { recursive: true })
  })
})
