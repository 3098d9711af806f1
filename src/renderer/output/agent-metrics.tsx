/** The pulse of one agent: what it used, when it was heard last, how fast it writes. What is not known is left out. */
import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { AgentView } from '../../contract/view.ts'
import { durationText } from '../../domain/format.ts'
import { instantText } from '../ui/format.ts'
import { Elapsed } from '../components/ticking-time.tsx'
import { Sparkline } from '../ui/plot/sparkline.tsx'
import { usedMoneyText, usedTokensText } from '../components/usage-text.ts'
import { useConnection, useSession, useYard } from '../model/session/session-context.tsx'

export function AgentMetrics({ agent }: { readonly agent: AgentView }) {
  const rate = useRate(agent.id)
  const isAlive = agent.status !== 'ended'
  const tokens = usedTokensText(agent.usage)
  const cost = usedMoneyText(agent.usage)
  return (
    <dl className="vitals">
      {tokens !== '' && <Vital name="Tokens">{tokens}</Vital>}
      {cost !== '' && <Vital name="Cost">{cost}</Vital>}
      {isAlive && <Load agent={agent} />}
      {agent.lastHeardAt !== null && (
        <Vital name="Heard">
          {isAlive ? (
            <>
              <Elapsed since={agent.lastHeardAt} /> ago
            </>
          ) : (
            instantText(agent.lastHeardAt)
          )}
        </Vital>
      )}
      {agent.exitCode !== null && <Vital name="Exit code">{agent.exitCode}</Vital>}
      {rate !== null && rate.bytes.length > 1 && (
        <div className="ml-auto" data-st="in-progress">
          <dt>Output, {durationText(rate.stepMs * rate.bytes.length).replace(/ 00s$/, '')}</dt>
          <dd>
            <Sparkline values={rate.bytes} width={78} height={20} />
            <span className="visually-hidden">{rateWords(rate.bytes, rate.stepMs)}</span>
          </dd>
        </div>
      )}
    </dl>
  )
}

/** Of all its processes, while it lives. */
function Load({ agent: { cpuPercent, processes } }: { readonly agent: AgentView }) {
  return (
    <>
      {cpuPercent !== null && <Vital name="CPU">{Math.round(cpuPercent)}%</Vital>}
      {processes !== null && <Vital name="Processes">{processes}</Vital>}
    </>
  )
}

function Vital({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** The same as the line says, for those who do not see it. */
function rateWords(bytes: readonly number[], stepMs: number): string {
  const last = bytes.at(-1) ?? 0
  return `${Math.round((last * 1000) / stepMs)} bytes a second now, at most ${Math.round((Math.max(...bytes) * 1000) / stepMs)}`
}

interface OutputRate {
  readonly stepMs: number
  readonly bytes: readonly number[]
}

/** Bytes of output per step, oldest first. Asked for when there is news of it, at most once a step. */
function useRate(agentId: string): OutputRate | null {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const [rate, setRate] = useState<OutputRate | null>(null)
  const askedAt = useRef(-Infinity)
  const news = useYard((view) => view.agents.get(agentId)?.outputBytes ?? null)
  const stepMs = rate?.stepMs ?? 0
  useEffect(() => {
    if (!isLive || performance.now() - askedAt.current < stepMs) return undefined
    askedAt.current = performance.now()
    let isStale = false
    void session
      .call(({ page }) => page.rates())
      .then((found) => {
        const bytes = found.ok ? found.value.agents[agentId] : undefined
        if (found.ok && bytes && !isStale) setRate({ stepMs: found.value.stepMs, bytes })
        return undefined
      })
    return () => {
      isStale = true
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- more output is the reason to ask again
  }, [session, agentId, isLive, news, stepMs])
  return rate
}
