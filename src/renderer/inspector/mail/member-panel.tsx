/** The turns of a member, which are of no task of the graph: what each said, and the way to its messages. */
import { useMemo } from 'react'
import type { AgentView } from '../../../contract/view.ts'
import { EndTurn } from '../../actions/mail/end-turn.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { TrySelect } from '../../components/try-select.tsx'
import { lookOf } from '../../model/agent-state.ts'
import { navigate, useRoute } from '../../model/route.ts'
import { useTurnover, useYard } from '../../model/session/session-context.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { OutputView } from '../../output/output-view.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyNote } from '../../ui/screen.tsx'
import { closeInspector, FullButton } from '../task-header.tsx'

const MOST_TURNS = 200

/** `id`: of its standing task, `@NAME`. */
export function MemberPanel({ id }: { readonly id: string }) {
  const name = id.slice(1)
  const { agent: named } = useRoute()
  const turns = useAnswer(
    async ({ agent }) => {
      const all = await agent.list({ task: id, which: 'all', limit: MOST_TURNS })
      return all.toSorted((a, b) => b.generation - a.generation)
    },
    { key: `${id} ${useTurnover()}` },
  )
  const known = turns.value ?? []
  const shown = known.find((turn) => turn.id === named) ?? known[0] ?? null
  const living = useYard((view) => (shown === null ? undefined : view.agents.get(shown.id)))
  const agent = living ?? shown
  return (
    <>
      <header className="inspector-head">
        <div className="inspector-title">
          <Lamp state={agent === null ? null : lookOf(agent).state} />
          <h2 tabIndex={-1}>{name}</h2>
          <FullButton />
          <Button look="quiet" icon="close" aria-label="Close inspector" onClick={closeInspector} />
        </div>
        <p className="inspector-state flex flex-wrap text-11 text-text-2">
          A member: its turns work on its messages
        </p>
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => navigate({ screen: 'messages', filters: { who: name } })}>
            Show its messages
          </Button>
          {agent !== null && <EndTurn key={agent.id} agent={agent} />}
        </div>
      </header>
      <ProblemNote problem={turns.problem} onClose={turns.askAgain} />
      {turns.value?.length === 0 && <EmptyNote text="It has not taken a turn yet." />}
      {known.length > 1 && agent !== null && (
        <div className="try-picker">
          <TrySelect
            label="Which turn"
            tries={known}
            value={agent.id}
            onChange={(turn) => navigate({ agent: turn }, { replace: true })}
          />
        </div>
      )}
      {agent !== null && <TurnOutput key={agent.id} agent={agent} />}
    </>
  )
}

function TurnOutput({ agent }: { readonly agent: AgentView }) {
  const files = useMemo(() => ({ openers: new Map(), folder: agent.cwd }), [agent.cwd])
  return <OutputView agent={agent} files={files} />
}
