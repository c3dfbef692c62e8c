/**
 * A stream of events from one producer to any number of readers, each of which sees all of them from the first.
 */

export interface EventStream<Event> {
  readonly push: (event: Event) => void;
  readonly end: () => void;
  /** Readers get what was pushed, then the error. */
  readonly fail: (error: unknown) => void;
  readonly iterate: () => AsyncIterator<Event>;
}

export function createEventStream<Event>(): EventStream<Event> {
  const events: Event[] = [];
  let ended = false;
  let failure: { error: unknown } | undefined;
  let wake: () => void = () => {};
  let changed = nextChange();

  function nextChange(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
    });
  }
  function announce(): void {
    wake();
    changed = nextChange();
  }

  return {
    push(event) {
      events.push(event);
      announce();
    },
    end() {
      ended = true;
      announce();
    },
    fail(error) {
      failure = { error };
      announce();
    },
    iterate() {
      let position = 0;
      return {
        async next(): Promise<IteratorResult<Event>> {
          for (;;) {
            const event = events[position];
            if (position < events.length && event !== undefined) {
              position++;
              return { done: false, value: event };
            }
            if (failure) throw failure.error;
            if (ended) return { done: true, value: undefined };
            await changed;
          }
        },
      };
    },
  };
}
