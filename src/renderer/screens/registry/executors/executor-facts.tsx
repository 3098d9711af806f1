/** How an executor stands on this machine: what was found, whether somebody is signed in, who stands in for it, how it failed last. */
import type { ReactNode } from 'react'
import type { BreakerView } from '../../../../contract/view.ts'
import { Button } from '../../../ui/button.tsx'
import { Countdown } from '../../../components/ticking-time.tsx'
import { instantText } from '../../../ui/format.ts'
import { useCommand } from '../../../model/session/session-context.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { navigate } from '../../../model/route.ts'
import type { ExecutorView } from '../../../model/session/link.ts'
import { heldBy, versionOf, wantsSignIn } from './executor-state.ts'
import type { FoundCli } from '../../../../contract/start-screen.ts'

interface ExecutorFactsProps {
  readonly view: ExecutorView
  readonly clis: readonly FoundCli[]
  readonly breakers: readonly BreakerView[]
}

export function ExecutorFacts({ view, clis, breakers }: ExecutorFactsProps) {
  const held = heldBy(view, breakers)
  const version = versionOf(view, clis)
  const { credentials, account, fallback, lastFailure } = view
  return (
    <>
      {held?.kind === 'provider' && <Held fallback={fallback} breaker={held} />}
      <dl className="facts">
        {version !== null && <Fact name="Version">{version}</Fact>}
        {wantsSignIn(view) && (
          <Fact name="Sign-in">
            {credentials === null ? (
              'None seen. It may keep one where it cannot be seen.'
            ) : (
              <code>{credentials}</code>
            )}
          </Fact>
        )}
        {account !== null && <Fact name="Account">{account}</Fact>}
        {account !== null && (
          <Fact name="While that sleeps">
            {fallback === null ? 'Its tasks wait' : `${fallback} takes its tasks`}
          </Fact>
        )}
        {lastFailure !== null && (
          <Fact name="Failed last">
            {lastFailure.reason}
            <span className="registry-sub">
              {lastFailure.class}, {instantText(lastFailure.at)}
            </span>
            <ShowAgent agent={lastFailure.agent} />
          </Fact>
        )}
      </dl>
    </>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** An agent is found by its id alone; which task it worked on is asked when it is wanted. */
function ShowAgent({ agent }: { readonly agent: string }) {
  const { run, isBusy, problem, dismiss } = useCommand()
  const open = (): void =>
    void run(async (client) => {
      const { task } = await client.agent.get({ id: agent })
      navigate({ task, tab: 'output', agent })
    })
  return (
    <>
      <Button look="quiet" isBusy={isBusy} onClick={open}>
        Output of {agent}
      </Button>
      <ProblemNote problem={problem} onClose={dismiss} />
    </>
  )
}

interface HeldProps extends Pick<ExecutorView, 'fallback'> {
  readonly breaker: BreakerView
}

/** Its provider sleeps. */
function Held({ fallback, breaker: { subject, until } }: HeldProps) {
  const { run, isBusy, problem, dismiss } = useCommand()
  return (
    <div className="form-below">
      <p>
        {until === null ? (
          `${subject} waits for somebody to sign in.`
        ) : (
          <>
            {subject} sleeps until {instantText(until)}, <Countdown until={until} />.
          </>
        )}{' '}
        {fallback === null
          ? 'Its tasks wait, and spend no try.'
          : `${fallback} takes its tasks meanwhile.`}
      </p>
      <Button
        icon="play"
        isBusy={isBusy}
        onClick={() => void run(({ service }) => service.wake({ provider: subject }))}
      >
        {until === null ? 'I have signed in: go on' : 'Try now'}
      </Button>
      <ProblemNote problem={problem} onClose={dismiss} />
    </div>
  )
}
