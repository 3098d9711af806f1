/** Adds or removes a dependency by keys: type to find, arrows light the task on the canvas, ↵ takes it. */
import { useCallback, useEffect, useState, type KeyboardEvent } from 'react'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { PickList, type PickOption } from '../../ui/pick-list.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { countOf } from '../../actions/action.ts'
import { bringIntoSight, canvasScene, focusCanvas } from '../canvas/camera.ts'
import { setGraphView } from '../canvas/view-state.ts'
import { closeLinkCard, type LinkCardRequest } from './link-card-state.ts'
import { linkCandidates } from './link-candidates.ts'
import { linkOf, refusalOf, refusedTo, type Direction } from './link-rules.ts'
import { makeLink, removeLink } from './make-link.ts'

export function LinkCard({ wish: { how, ids } }: { readonly wish: LinkCardRequest }) {
  const session = useSession()
  const tasks = useYard((view) => view.tasks)
  const [direction, setDirection] = useState<Direction>('before')
  const [from = ''] = ids
  const cards = ids.flatMap((id) => tasks.get(id) ?? [])
  const onActive = useLitCandidate(from, direction, how)
  const leave = (): void => {
    closeLinkCard()
    focusCanvas()
  }
  const onPick = async ({ id }: PickOption): Promise<void> => {
    const links = ids.map((each) => linkOf(each, id, direction))
    if (how === 'remove') for (const link of links) await removeLink(session, link)
    else {
      const fitting = links.filter((link) => refusalOf(tasks, link) === null)
      // When none fits, the first says why: a cycle has its card.
      for (const link of fitting.length > 0 ? fitting : links.slice(0, 1))
        if (!(await makeLink(session, link))) return closeLinkCard()
    }
    leave()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    event.stopPropagation()
    leave()
  }
  const verb = how === 'add' ? 'Add a dependency to' : 'Remove a dependency of'
  return (
    <div
      className="canvas-card link-card"
      role="dialog"
      aria-label={`${verb} ${countOf(cards)}`}
      onKeyDown={onKeyDown}
    >
      <p>
        {verb} <b>{countOf(cards)}</b>
      </p>
      <PickList
        key={direction}
        label={direction === 'before' ? 'It waits for' : 'Waits for it'}
        placeholder="Type to find"
        optionsFor={(text) =>
          matching(linkCandidates(tasks, canvasScene(), { how, ids, direction }), text)
        }
        onPick={(option) => void onPick(option)}
        onActive={onActive}
        emptyText={how === 'add' ? 'No other task fits.' : 'There is none.'}
      />
      <div className="flex items-center justify-between gap-3">
        <Segmented
          label="Which waits"
          value={direction}
          options={[
            ['before', 'It waits for'],
            ['after', 'Waits for it'],
          ]}
          onChange={setDirection}
        />
        <Button onClick={leave}>Cancel</Button>
      </div>
    </div>
  )
}

const matching = (options: readonly PickOption[], text: string): readonly PickOption[] => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return options.filter(({ label, id }) =>
    words.every((word) => `${label} ${id}`.toLowerCase().includes(word)),
  )
}

/** The candidate is shown on the canvas as the end of a track that is being drawn. */
function useLitCandidate(
  from: string,
  direction: Direction,
  how: LinkCardRequest['how'],
): (id: string | null) => void {
  const session = useSession()
  useEffect(() => {
    const { tasks } = session.yard.getState()
    const refused = how === 'add' ? refusedTo(tasks, from, direction) : new Set<string>()
    setGraphView({ refused })
    return () => setGraphView({ linking: null, refused: new Set() })
  }, [session, from, direction, how])
  return useCallback(
    (to) => {
      setGraphView({ linking: { from, direction, to } })
      if (to !== null) bringIntoSight(to)
    },
    [from, direction],
  )
}
