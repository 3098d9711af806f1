import { describe, expect, it } from 'vitest'
import { agentEnvironment, applyEnvironment } from '../../../src/agents/executors/environment.ts'
import { profileOf } from './launch-order.ts'

const INHERITED = {
  PATH: '/bin',
  HOME: '/home/user',
  CLAUDECODE: '1',
  CLAUDE_CODE_ENTRYPOINT: 'cli',
  CODEX_THREAD_ID: 'x',
  CODEX_SANDBOX: 'seatbelt',
  YARD_TOKEN: 'of the caller',
  ELECTRON_RUN_AS_NODE: '1',
  ELECTRON_NO_ASAR: '1',
  APPIMAGE: '/home/user/Yardmaster.AppImage',
  APPDIR: '/tmp/.mount_yard',
  npm_lifecycle_event: 'start',
  npm_package_name: 'yardmaster',
  npm_config_registry: 'https://registry.example',
  INIT_CWD: '/elsewhere',
  ANTHROPIC_API_KEY: 'for claude',
  OPENAI_API_KEY: 'for codex',
  EMPTY: undefined,
}
const seenBy = (...parameters: Parameters<typeof profileOf>): Record<string, string> =>
  applyEnvironment(INHERITED, agentEnvironment(profileOf(...parameters), INHERITED))

describe.each(['shell', 'command', 'claude', 'codex'] as const)('%s', (type) => {
  it('sees nothing of an outer session, of Electron or of npm start', () => {
    const names = Object.keys(seenBy(type))
    for (const name of [
      'CLAUDECODE',
      'CLAUDE_CODE_ENTRYPOINT',
      'CODEX_THREAD_ID',
      'CODEX_SANDBOX',
      'YARD_TOKEN',
    ]) {
      expect(names).not.toContain(name)
    }
    for (const name of [
      'ELECTRON_RUN_AS_NODE',
      'ELECTRON_NO_ASAR',
      'APPIMAGE',
      'APPDIR',
      'npm_lifecycle_event',
      'npm_package_name',
      'INIT_CWD',
      'EMPTY',
    ]) {
      expect(names).not.toContain(name)
    }
    expect(seenBy(type)).toMatchObject({
      PATH: '/bin',
      HOME: '/home/user',
      npm_config_registry: 'https://registry.example',
    })
  })
})

it('gives each CLI the key of its own provider, and a shell what its user has', () => {
  expect(seenBy('claude')).toHaveProperty('ANTHROPIC_API_KEY')
  expect(seenBy('claude')).not.toHaveProperty('OPENAI_API_KEY')
  expect(seenBy('codex')).toHaveProperty('OPENAI_API_KEY')
  expect(seenBy('codex')).not.toHaveProperty('ANTHROPIC_API_KEY')
  expect(seenBy('shell')).toMatchObject({
    ANTHROPIC_API_KEY: 'for claude',
    OPENAI_API_KEY: 'for codex',
  })
})

it('reads {from} where the profile says, and removes the target when that is not set', () => {
  const env = {
    ANTHROPIC_API_KEY: { from: 'NOT_SET' },
    OPENAI_API_KEY: { from: 'ANTHROPIC_API_KEY' },
    PLAIN: 'value',
  }
  const seen = seenBy('claude', { env })
  expect(seen).not.toHaveProperty('ANTHROPIC_API_KEY')
  expect(seen).toMatchObject({ OPENAI_API_KEY: 'for claude', PLAIN: 'value' })
})

it('lets the profile win over what is inherited, and what is inherited over a default', () => {
  const inherited = { A: 'inherited', B: 'inherited' }
  const change = agentEnvironment(profileOf('claude', { env: { A: 'profile' } }), inherited, {
    A: 'd',
    B: 'd',
    C: 'd',
  })
  expect(applyEnvironment(inherited, change)).toEqual({ A: 'profile', B: 'inherited', C: 'd' })
})

it('never names a variable as both set and unset', () => {
  const change = agentEnvironment(
    profileOf('claude', { env: { OPENAI_API_KEY: 'mine', GONE: { from: 'NOT_SET' } } }),
    INHERITED,
    { GONE: 'x' },
  )
  expect(change.unset.filter((name) => name in change.set)).toEqual([])
})
