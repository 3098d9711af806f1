/** What else will happen by itself: delays, retries, providers that wake, breakers that clear. */
import type { AgendaItem } from '../../../contract/page.ts'
import { useCommand } from '../../model/session/session-context.tsx'
import { editOf } from '../../actions/task/edit.ts'
import { Button } from '../../ui/button.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { navigate } from '../../model/route.ts'
import { KINDS, timeText } from './agenda.ts'

interface WaitsTableProps {
  readonly items: readonly AgendaItem[]
  readonly nowMs: number
}

export function WaitsTable({ items, nowMs }: WaitsTableProps) {
  const { run, isBusy, problem, dismiss } = useCommand()
  return (
    <>
      <ProblemNote problem={problem} onClose={dismiss} />
      <table className="table schedule-table">
        <caption className="visually-hidden">Also to come</caption>
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Task</th>
            <th scope="col">Why</th>
            <th scope="col">When</th>
            <th scope="col">
              <span className="visually-hidden">Acts</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={`${item.kind} ${item.task ?? item.title}`}>
              <td>
                <KindBadge kind={item.kind} />
              </td>
              <td>
                <Subject item={item} />
              </td>
              <td className="text-text-2" title={item.text}>
                {item.text}
              </td>
              <td>
                <time dateTime={item.at} title={item.at}>
                  {timeText(item.at, nowMs)}
                </time>
              </td>
              <td className="schedule-acts">
                {item.task !== null && startsEarlier(item) && (
                  <Button
                    isBusy={isBusy}
                    onClick={() => void run(editOf(item.task ?? '', { notBefore: null }))}
                  >
                    Start now<span className="visually-hidden"> {item.title}</span>
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

/** A person's own delay can be taken away; a retry's wait and a provider's sleep have their reasons. */
const startsEarlier = ({ kind }: AgendaItem): boolean => kind === 'delay'

function KindBadge({ kind }: Pick<AgendaItem, 'kind'>) {
  const [word, state] = KINDS[kind]
  return (
    <span className="status-badge" data-st={state}>
      <Lamp state={state} />
      {word}
    </span>
  )
}

function Subject({ item: { task, title } }: { readonly item: AgendaItem }) {
  if (task === null) return title
  return (
    <button type="button" className="task-link" onClick={() => navigate({ task, tab: 'overview' })}>
      {title}
    </button>
  )
}
