/** Where the result stands on its way to the target branch, why, and the next act. */
import type { ChangeView } from '../../contract/change.ts'
import type { TaskCard } from '../../contract/view.ts'
import { useCommand, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { instantText } from '../ui/format.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { Lamp } from '../components/status-badge.tsx'
import { useIsHistory } from '../model/shown-time.ts'
import { navigate } from '../model/route.ts'
import { land } from '../actions/requests.ts'
import { hasGivenUp, landingText, mergeBlocked, mergeLabel, NO_UNDO } from './change-text.ts'
import { wantsMerge } from './merge-task.ts'
import { ShownLine } from './shown-line.tsx'

interface MergeBoxProps {
  readonly view: ChangeView
  readonly card: TaskCard
  readonly verify: string | null
  /** What would be merged is what is shown. */
  readonly isLatest: boolean
  readonly onChanged: () => void
}

export function MergeBox({ view, card, verify, isLatest, onChanged }: MergeBoxProps) {
  const command = useCommand()
  const isPast = useIsHistory()
  const { landing } = view
  const words = landingText(landing, view.result)
  const merge = async (shown: ChangeView): Promise<void> => {
    if (!(await wantsMerge(card, shown, verify))) return
    if (await command.run(land(card.id, shown.outlook?.how === 'pr'))) onChanged()
  }
  return (
    <section className="landing" data-st={words.state} aria-label="Merge">
      <p className="landing-state" role="status">
        <Lamp state={words.state} />
        <b>{words.text}</b>
        {landing !== null && <time dateTime={landing.at}>{instantText(landing.at)}</time>}
      </p>
      <Details view={view} detail={words.detail} isLatest={isLatest} />
      {isLatest && !isPast && (
        <NextAct
          view={view}
          card={card}
          isBusy={command.isBusy}
          onPress={(shown) => void merge(shown)}
        />
      )}
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
    </section>
  )
}

interface DetailsProps {
  readonly view: ChangeView
  readonly detail: string | null
  readonly isLatest: boolean
}

function Details({ view: { landing }, detail, isLatest }: DetailsProps) {
  return (
    <>
      {detail !== null && <p className="landing-detail">{detail}</p>}
      {landing?.state === 'conflict' && landing.mergeTask !== null && (
        <MergeTaskLink id={landing.mergeTask} />
      )}
      {landing?.state === 'landed' && <p className="landing-detail">{NO_UNDO}</p>}
      {!isLatest && (
        <p className="landing-detail">
          This is an earlier try. What is merged is the result of the latest.
        </p>
      )}
    </>
  )
}

interface NextActProps {
  readonly view: ChangeView
  readonly card: TaskCard
  readonly isBusy: boolean
  /** With what is to become of it. */
  readonly onPress: (view: ChangeView) => void
}

function NextAct({ view, card, isBusy, onPress }: NextActProps) {
  const { outlook } = view
  const state = view.landing?.state
  const merger = useYard(({ tasks }) => tasks.get(view.landing?.mergeTask ?? ''))
  const blocked = mergeBlocked(card, view, merger)
  if (blocked === null)
    return (
      <div className="landing-acts flex flex-wrap">
        <Button look="main" isBusy={isBusy} onClick={() => onPress(view)}>
          {mergeLabel(view)}
          {(state === 'refused' || state === 'conflict') && ' again'}…
        </Button>
        {outlook?.how === 'merge' && (
          <Button
            isBusy={isBusy}
            onClick={() => onPress({ ...view, outlook: { ...outlook, how: 'pr', obstacle: null } })}
          >
            Prepare a pull request…
          </Button>
        )}
      </div>
    )
  // Its state has said that already.
  if (state === 'queued' || state === 'conflict' || (state === 'landed' && card.status === 'done'))
    return null
  return (
    <p className="landing-detail">
      <ShownLine text={blocked} />
    </p>
  )
}

function MergeTaskLink({ id }: { readonly id: string }) {
  const task = useYard((view) => view.tasks.get(id))
  if (task === undefined)
    return <p className="landing-detail">{id}, which was to settle it, is gone.</p>
  return (
    <p className="landing-detail">
      <button
        type="button"
        className="text-button"
        onClick={() => navigate({ task: id, tab: null })}
      >
        <ShownLine text={task.title} />
      </button>{' '}
      {hasGivenUp(task)
        ? `was to settle it and ${task.status === 'failed' ? 'has failed' : 'was abandoned'}. Nothing is merged until you ask again.`
        : 'settles it; the merge goes on by itself once that is done.'}
    </p>
  )
}
