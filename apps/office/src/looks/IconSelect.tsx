import type { ComponentProps, ReactNode } from 'react'

/** Renders an icon with a native list over it. */
export function IconSelect({
  icon,
  label,
  ...select
}: { readonly icon: ReactNode; readonly label: string } & ComponentProps<'select'>) {
  return (
    <span className="icon-select" title={label}>
      {icon}
      <select aria-label={label} {...select} />
    </span>
  )
}
