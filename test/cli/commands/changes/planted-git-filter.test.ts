/** A git filter that an agent plants does not act for a person when the yard collects, shows and lands the work. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openGitTestYard, PROGRAM, type GitTestYard } from '../../yard-command.ts'

describe('a shell task that plants programs for git', { timeout: 120_000 }, () => {
  let place: GitTestYard
  beforeEach(async () => {
    place = await openGitTestYard('plant', 'act', 'acted')
  })
  afterEach(() => place.close(), 60_000)

  const script = (name: string, lines: readonly string[]): string => {
    const file = join(place.folder, name)
    writeFileSync(file, `#!/bin/sh\n${lines.join('\n')}\n`)
    chmodSync(file, 0o755)
    return file
  }

  it('has none of them run by the yard, which tells of them and asks a person', async () => {
    const { folder, yard } = place
    const act = script('act', [
      'unset YARD_TOKEN YARD_AGENT_ID YARD_DIR',
      `"${process.execPath}" "${PROGRAM}" add planted --id planted --exec true --dir '${folder}'`,
      `echo "$1" >> '${folder}/acted'; cat`,
    ])
    const plant = script('plant', [
      ...['clean', 'smudge'].map((part) => `git config filter.evil.${part} '${act} ${part}'`),
      `git config core.fsmonitor '${act} fsmonitor'`,
      `git config merge.evil.driver '${act} merge'`,
      `git config diff.evil.textconv '${act} textconv'`,
      `for hook in post-checkout post-merge post-index-change reference-transaction; do`,
      `  ln -s '${act}' "$(git rev-parse --git-common-dir)/hooks/$hook"; done`,
      `echo '* filter=evil merge=evil diff=evil' > .gitattributes`,
      'echo two > a.txt',
    ])
    await yard(['add', 'A', '--id', 'a', '--exec', plant, '--worktree', 'on'])
    expect(await yard(['run'])).toMatchObject({ code: 0 })
    expect(await yard(['diff', 'a'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('+two'),
    })
    expect(await yard(['worktree', 'list'])).toMatchObject({ code: 0 })
    expect(await yard(['merge', 'a'])).toMatchObject({ code: 0 })
    expect(place.git('-c', 'core.fsmonitor=false', 'show', 'main:a.txt')).toBe('two')
    expect(existsSync(join(folder, 'acted'))).toBe(false)
    expect((await yard(['show', 'planted'])).code).toBe(3)

    expect(await yard(['trust'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('filter.evil.clean'),
      err: expect.stringContaining('yard trust --yes'),
    })
    const withToken = { env: { YARD_AGENT_KEY: 'of-nobody' } }
    expect(await yard(['trust', '--yes'], withToken)).toMatchObject({ code: 4 })
    expect(await yard(['trust', '--yes'])).toMatchObject({ code: 0 })
    expect((await yard(['trust'])).out).not.toContain('filter.evil')
  })
})
