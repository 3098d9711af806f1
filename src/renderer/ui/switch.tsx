/** On or off, at once. */
import { Switch as SwitchBase } from '@base-ui/react/switch'

interface SwitchProps {
  readonly label: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
  readonly disabled?: boolean
}

export function Switch({ label, isOn, onChange, disabled = false }: SwitchProps) {
  return (
    <SwitchBase.Root
      className="switch"
      aria-label={label}
      checked={isOn}
      disabled={disabled}
      onCheckedChange={onChange}
    >
      <SwitchBase.Thumb className="switch-thumb" />
    </SwitchBase.Root>
  )
}
