// Hands an event to the handler of its type.
import type { ReportEvent } from './events.ts'

type Events = { readonly [Event in ReportEvent as Event['type']]: Event }

/** The handlers of a sink, by the type of the event. */
export type EventHandlers = { readonly [Type in keyof Events]?: (event: Events[Type]) => void | Promise<void> }

/** Calls the handler of an event at once; an event without a handler is ignored. */
export function handleEvent<Type extends keyof Events>(
  handlers: EventHandlers,
  event: { [Each in Type]: Events[Each] & { readonly type: Each } }[Type],
): void | Promise<void> {
  const type: Type = event.type
  return handlers[type]?.(event)
}
