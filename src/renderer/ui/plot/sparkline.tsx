/** A row of numbers as one line with its area; decoration beside the number itself. */
interface SparklineProps {
  readonly values: readonly number[]
  readonly width?: number
  readonly height?: number
}

export function Sparkline({ values, width = 96, height = 18 }: SparklineProps) {
  if (values.length < 2) return <svg width={width} height={height} aria-hidden="true" />
  const most = Math.max(...values, 1)
  const x = (index: number): number => (index / (values.length - 1)) * width
  const y = (value: number): number => height - 1 - (value / most) * (height - 3)
  const line = values
    .map((value, index) => `${x(index).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('L')
  return (
    <svg width={width} height={height} className="text-state" aria-hidden="true">
      <path d={`M0 ${height}L${line}L${width} ${height}Z`} fill="currentColor" opacity="0.16" />
      <path d={`M${line}`} fill="none" stroke="currentColor" strokeWidth="1.4" />
    </svg>
  )
}
