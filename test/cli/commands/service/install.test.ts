import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  serviceUnit,
  TEMPLATE_OF,
  type UnitKind,
} from '../../../../src/cli/commands/service/install.ts'

describe('units of the system', () => {
  const unit = (kind: UnitKind) =>
    serviceUnit({
      kind,
      template: readFileSync(
        new URL(`../../../../resources/service/${TEMPLATE_OF[kind]}`, import.meta.url),
        'utf8',
      ),
      root: '/home/me/100% "mine" & $co',
      command: ['/usr/bin/node', '/app/headless.js', '--dir', '/home/me/100% "mine" & $co'],
      home: '/home/me',
      configHome: '/home/me/.config',
    })
  it('lets agents outlive a systemd unit', () => {
    const { text, file, next } = unit('systemd')
    expect(text).toContain('KillMode=process')
    expect(text).toContain('"/home/me/100%% \\"mine\\" & $$co"')
    expect(file).toMatch(
      /^\/home\/me\/\.config\/systemd\/user\/yardmaster-100-mine-co-[0-9a-f]{6}\.service$/,
    )
    expect(next.join('\n')).toMatch(/enable-linger/)
  })
  it('lets agents outlive a launchd agent', () => {
    const { text } = unit('launchd')
    expect(text).toMatch(/<key>AbandonProcessGroup<\/key>\s*<true\/>/)
    expect(text).toContain('<string>/home/me/100% &#34;mine&#34; &#38; $co</string>')
  })
  it('sets no time limit on a Windows task', () => {
    expect(unit('windows').text).toContain('<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>')
    expect(unit('windows').text).toMatch(/<Arguments>.*&#34;--dir&#34;/)
  })
})
