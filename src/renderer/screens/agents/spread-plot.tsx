/** How long tries took, by executor: all of them as a line, the middle half as a bar, the median as a mark. */
import { durationText } from '../../../domain/format.ts'
import { countText } from '../../ui/format.ts'
import { FEW, logPlace, type Spread } from './trend-data.ts'

/** Marks of the axis, ms; those beyond the longest try are left out. */
const MARKS = [1000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000]

export function SpreadPlot({ spreads }: { readonly spreads: readonly Spread[] }) {
  const most = Math.max(...spreads.map((each) => each.most))
  const left = (ms: number): string => `${logPlace(ms, most) * 100}%`
  const width = (from: number, to: number): string =>
    `${(logPlace(to, most) - logPlace(from, most)) * 100}%`
  return (
    <table className="spread">
      <caption className="visually-hidden">Task durations by executor</caption>
      <thead>
        <tr>
          <th scope="col">Executor</th>
          <td aria-hidden="true">
            <span className="spread-axis">
              {MARKS.filter((mark) => mark < most).map((mark) => (
                <i key={mark} style={{ left: left(mark) }}>
                  {durationText(mark).split(' ')[0]}
                </i>
              ))}
            </span>
          </td>
          <th scope="col" className="num">
            Median
          </th>
          <th scope="col" className="num">
            Middle half
          </th>
          <th scope="col" className="num">
            Tries
          </th>
        </tr>
      </thead>
      <tbody>
        {spreads.map((each) => (
          <tr key={each.name} data-few={each.count < FEW || undefined}>
            <th scope="row">{each.name}</th>
            <td aria-hidden="true">
              <span className="spread-track">
                <i
                  className="spread-range"
                  style={{ left: left(each.least), width: width(each.least, each.most) }}
                />
                <i
                  className="spread-half"
                  style={{ left: left(each.lower), width: width(each.lower, each.upper) }}
                />
                <i className="spread-median" style={{ left: left(each.median) }} />
              </span>
            </td>
            <td className="num">{durationText(each.median)}</td>
            <td className="num">
              {durationText(each.lower)} to {durationText(each.upper)}
            </td>
            <td className="num">
              {countText(each.count)}
              {each.count < FEW && ' few'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
