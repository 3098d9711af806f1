/** A forecast in words: when, how much, what decides it, and how far it can be believed. */
import type { ReactNode } from 'react'
import type { ForecastView } from '../../contract/forecast.ts'
import { durationText } from '../../domain/format.ts'
import { countText, instantText, moneyText, plural } from '../ui/format.ts'
import './forecast.css'

interface ForecastFactsProps {
  readonly forecast: ForecastView
  /** Nothing starts until a person resumes it. */
  readonly isPaused: boolean
  readonly titleOf: (id: string) => string
  readonly onTask: (id: string) => void
}

export function ForecastFacts({ forecast, isPaused, titleOf, onTask }: ForecastFactsProps) {
  const { finish, costUsd, waitsForPeople } = forecast
  return (
    <dl className="rows forecast-rows">
      <Fact name="Finished">
        {finish === null ? (
          'Nothing is left that goes on by itself.'
        ) : (
          <>
            about <b>{instantText(finish.p50)}</b>, in{' '}
            {durationText(Date.parse(finish.p50) - Date.parse(forecast.at))}
            {isPaused && ', if it were resumed now'}
            <Ranges bounds={finish} text={instantText} />
          </>
        )}
      </Fact>
      {finish !== null && (
        <Fact name="Cost">
          {costUsd === null ? (
            'No price is known.'
          ) : (
            <>
              about <b>{moneyText(costUsd.p50)}</b> more
              <Ranges bounds={costUsd} text={moneyText} />
            </>
          )}
        </Fact>
      )}
      <CriticalPath forecast={forecast} titleOf={titleOf} onTask={onTask} />
      {waitsForPeople > 0 && (
        <Fact name="Not in it">
          {plural(waitsForPeople, 'task')} that {waitsForPeople === 1 ? 'waits' : 'wait'} for people
          or claims, or for a task that does
        </Fact>
      )}
      <Fact name="Belief">{beliefText(forecast)}</Fact>
    </dl>
  )
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

interface RangesProps<T> {
  readonly bounds: {
    readonly p25: T
    readonly p75: T
    readonly p05: T | null
    readonly p95: T | null
  }
  readonly text: (value: T) => string
}

function Ranges<T>({ bounds: { p05, p25, p75, p95 }, text }: RangesProps<T>) {
  return (
    <span className="forecast-ranges text-11 text-text-2">
      1 of 2 times {text(p25)} to {text(p75)}
      {p05 !== null && p95 !== null && `; 9 of 10 times ${text(p05)} to ${text(p95)}`}
    </span>
  )
}

const SHOWN = 5

/** Tasks that the end waits for, with how often it does. */
function CriticalPath({
  forecast: { criticalPath },
  titleOf,
  onTask,
}: Pick<ForecastFactsProps, 'forecast' | 'titleOf' | 'onTask'>) {
  if (criticalPath.length === 0) return null
  const more = criticalPath.length - SHOWN
  return (
    <Fact name="Decided by">
      <ul className="forecast-path">
        {criticalPath.slice(0, SHOWN).map(({ id, share }) => (
          <li key={id}>
            <button type="button" onClick={() => onTask(id)}>
              {titleOf(id)}
            </button>
            <span className="text-text-2">{percentText(share)}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <span className="text-11 text-text-2">and {countText(more)} more</span>}
    </Fact>
  )
}

const percentText = (share: number): string => `${Math.round(100 * share)} %`

function beliefText({ rough, history, calibration: { tries, graphs } }: ForecastView): string {
  const learned = `Learned from ${plural(history.tries, 'ended try', 'ended tries')}.`
  if (rough)
    return `Rough: ${history.fewKinds.join(', ')} had fewer than 3 ended tries, so 9 of 10 is not claimed. ${learned}`
  const held = ({ n, held90 }: typeof tries, one: string, many: string): string =>
    held90 === null
      ? ''
      : ` 9 of 10 has held for ${percentText(held90)} of ${plural(n, one, many)}.`
  return `${learned}${held(tries, 'try', 'tries')}${held(graphs, 'whole graph', 'whole graphs')}`
}
