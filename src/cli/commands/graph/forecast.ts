/** `yard forecast`: when what is left will be finished, what it will cost, and how far that can be believed. */
import { ok } from '../../../base/result.ts'
import type { ForecastView } from '../../../contract/forecast.ts'
import { dollarsText, durationText } from '../../../domain/format.ts'
import { withYard } from '../../connect/connect.ts'
import { argument, defineCommand, option, type Cli } from '../../spec/define.ts'
import { taskId } from '../../spec/values.ts'
import { between, clock, count, counted } from '../../text/format.ts'

export const forecast = defineCommand({
  arguments: {
    ids: argument(
      '[ids...]',
      'these tasks, and what they wait for; without any, all that is left',
      taskId,
    ),
  },
  options: {
    calibration: option('--calibration', 'only how often earlier forecasts held'),
  },
  notes: [
    'It plays what is left some hundred times: dependencies, caps, schedules, retries, and how long tries of each kind took. The same state gives the same forecast.',
    'Tasks that wait for a person or a claim are counted apart, with all that wait for them: nobody knows when they go on. Nothing left is no failure.',
  ],
  examples: ['yard forecast', 'yard forecast release --json'],
  handler: (cli, { ids, calibration }) =>
    withYard(cli, async ({ client, owner }) => {
      const wish = ids.length === 0 ? {} : { ids: [...ids] }
      const told = await client.service.forecast({ ...wish, tasks: cli.print.isJson })
      if (cli.print.isJson || calibration) {
        cli.print.result(told, () => printTrackRecord(cli, told.calibration))
        return ok(0)
      }
      const { paused } = await client.service.status()
      printForecast(cli, told, standstillOf(owner !== null, paused))
      return ok(0)
    }),
})

/** Why nothing moves now, which the times pass over; null = it does. */
const standstillOf = (isHosted: boolean, isPaused: boolean): string | null => {
  if (isPaused) return 'the yard is paused: this is as if it were resumed now'
  return isHosted ? null : 'no coordinator runs: this is as if one were started now'
}

export function printForecast(
  { print }: Pick<Cli, 'print'>,
  told: ForecastView,
  standstill: string | null,
): void {
  const { left, waitsForPeople, finish, history } = told
  if (finish === null) print.line('nothing is left that goes on by itself')
  else printBounds({ print }, told, finish)
  const apart = waitsForPeople === 0 ? '' : `; ${apartText(waitsForPeople)}`
  print.line(`left      ${counted(left, 'task')}${apart}`)
  if (finish === null) return
  print.line(`critical  ${pathText(told)}`)
  print.line(
    `learned   from ${count(history.tries)} ended ${history.tries === 1 ? 'try' : 'tries'}`,
  )
  if (told.rough) print.line(roughText(told))
  if (standstill !== null) print.line(standstill)
}

const apartText = (waiting: number): string =>
  waiting === 1
    ? '1 more waits for a person or a claim and is not in these figures'
    : `${count(waiting)} more wait for people or claims, or for tasks that do, and are not in these figures`

const roughText = ({ history }: ForecastView): string =>
  `rough: fewer than 3 finished tries of ${history.fewKinds.join(', ')}, so no 90 % is claimed`

function printBounds(
  { print }: Pick<Cli, 'print'>,
  { at, costUsd }: ForecastView,
  finish: NonNullable<ForecastView['finish']>,
): void {
  const far = (between(at, finish.p50) ?? 0) > 5 * 60_000
  const time = (iso: string): string => (far ? clock(iso).replace(/:\d\d$/, '') : clock(iso))
  const range = <T>(from: T | null, to: T | null, text: (value: T) => string): string =>
    from === null || to === null ? '-' : `${text(from)} – ${text(to)}`
  const ahead = durationText(between(at, finish.p50) ?? 0)
  print.table(
    ['', 'ABOUT', '50 %', '90 %'],
    [
      [
        'finish',
        `${time(finish.p50)}, in ${ahead}`,
        range(finish.p25, finish.p75, time),
        range(finish.p05, finish.p95, time),
      ],
      costUsd === null
        ? ['cost', 'no price known', '-', '-']
        : [
            'cost',
            `${dollarsText(costUsd.p50)} more`,
            range(costUsd.p25, costUsd.p75, dollarsText),
            range(costUsd.p05, costUsd.p95, dollarsText),
          ],
    ],
  )
}

const SHOWN = 8

function pathText({ criticalPath }: ForecastView): string {
  const shares = criticalPath.map(({ id, share }) => `${id} ${percent(share)}`)
  if (shares.length === 0) return 'no task decides it'
  const more = shares.length - SHOWN
  return `${shares.slice(0, SHOWN).join(', ')}${more > 0 ? `, and ${count(more)} more` : ''}`
}

const percent = (share: number): string => `${Math.round(100 * share)} %`

export function printTrackRecord(
  { print }: Pick<Cli, 'print'>,
  { tries, graphs }: ForecastView['calibration'],
): void {
  const row = (what: string, { n, held50, held90 }: ForecastView['calibration']['tries']) => [
    what,
    count(n),
    held50 === null ? '-' : percent(held50),
    held90 === null ? '-' : percent(held90),
  ]
  print.table(
    ['', 'FORECASTS', '50 % HELD', '90 % HELD'],
    [row('tries', tries), row('graphs', graphs)],
  )
  if (graphs.n < 9) print.line('bounds of whole graphs are widened by what they missed from 9 on')
}
