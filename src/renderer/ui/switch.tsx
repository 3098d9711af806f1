/** On or off, at once. */
import { Switch as Base } from '@base-ui/react/switch'

interface SwitchProps {
  readonly label: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
  readonly disabled?: boolean
}

export function Switch({ label, isOn, onChange, disabled = false }: SwitchProps) {
  return (
    <Base.Root
      className="switch"
      aria-label={label}
      checked={isOn}
      disabled={disabled}
      onCheckedChange={onChange}
    >
      <Base.Thumb className="switch-thumb" />
    </Base.Root>
  )
}
