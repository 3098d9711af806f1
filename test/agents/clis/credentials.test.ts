import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { credentialsOf } from '../../../src/agents/clis/find-clis.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'yard-credentials-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('where a sign-in is seen', () => {
  it('is told by name, never by value', () => {
    const env = { HOME: home, ANTHROPIC_API_KEY: 'sk-secret' }
    expect(credentialsOf({ type: 'claude', apiKeyEnv: null }, env)).toBe('ANTHROPIC_API_KEY')
    mkdirSync(join(home, '.codex'))
    writeFileSync(join(home, '.codex/auth.json'), '{}')
    expect(credentialsOf({ type: 'codex', apiKeyEnv: null }, env)).toBe('~/.codex/auth.json')
  })

  it('is the profile’s own variable alone where it names one', () => {
    const env = { HOME: home, ANTHROPIC_API_KEY: 'sk-secret', TEAM_KEY: 'sk-team' }
    expect(credentialsOf({ type: 'claude', apiKeyEnv: 'TEAM_KEY' }, env)).toBe('TEAM_KEY')
    expect(credentialsOf({ type: 'claude', apiKeyEnv: 'OTHER_KEY' }, env)).toBeNull()
  })

  it('is nothing where none is seen, or none is needed', () => {
    expect(credentialsOf({ type: 'gemini', apiKeyEnv: null }, { HOME: home })).toBeNull()
    expect(credentialsOf({ type: 'shell', apiKeyEnv: null }, { HOME: home })).toBeNull()
  })
})
