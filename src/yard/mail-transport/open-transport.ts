/** The way to other machines that the settings name. */
import { openMailGit } from '../../agents/git/mail/mail-git.ts'
import { ok, type Result } from '../../base/result.ts'
import { fail, type Failure } from '../../domain/failure.ts'
import type { Settings } from '../../domain/settings.ts'
import { createGitMail } from '../../fleet/mail/git/git-mail.ts'
import { loadSigner } from '../../fleet/mail/git/signed-file.ts'
import { createHubTransport } from '../../fleet/mail/hub/hub-transport.ts'
import type { MailTransport } from '../../fleet/mail/transport.ts'
import { planGitGuard } from '../git/plan-git-guard.ts'
import { machineName } from '../messages/recipients.ts'
import type { YardParts } from '../yard.ts'
import type { OpenTransport } from './mail-runner.ts'

type Parts = Pick<YardParts, 'clock' | 'log' | 'opened'> & {
  readonly options: Pick<YardParts['options'], 'paths' | 'env'>
}

export const openTransport =
  (parts: Parts): OpenTransport =>
  async (settings) => {
    const { transport } = settings
    switch (transport.type) {
      case 'git':
        return openGit(parts, settings)
      case 'hub': {
        const { options, clock, log } = parts
        const { root } = options.paths
        const machine = machineName({ transport })
        const { env } = options
        return createHubTransport({
          transport,
          machine,
          root,
          env,
          clock,
          log,
          random: Math.random,
        })
      }
      case 'local':
        return fail('wrong-state', 'no way to other machines is configured')
    }
  }

async function openGit(
  { options: { paths }, opened, clock, log }: Parts,
  { transport, members }: Settings,
): Promise<Result<MailTransport, Failure>> {
  const { remote, branch, pollMs } = transport
  const machine = machineName({ transport })
  const signer = loadSigner(paths.service.mailKey)
  if (!signer.ok) return signer
  const git = await openMailGit({
    root: paths.root,
    guard: planGitGuard({ plan: opened.plan, paths }),
    scratch: paths.service.folder,
    remote,
    branch,
    machine,
  })
  if (!git.ok) return git
  const mail = createGitMail({
    git: git.value,
    signer: signer.value,
    machine,
    members: Object.keys(members),
    where: `${branch}/${machine} on ${remote}`,
    quarantine: paths.quarantine,
    pollMs,
    clock,
    log,
  })
  return ok(mail)
}
