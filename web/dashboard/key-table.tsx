/** Keys and what they do, as a table for people. */

/** The names of keys that do the same, and what that is. */
export type KeyRow = readonly [names: readonly string[], what: string];

export function KeyTable({ keys }: { readonly keys: readonly KeyRow[] }) {
  return (
    <dl class="keys">
      {keys.map(([names, what]) => (
        <div key={what} class="key-row">
          <dt>
            {names.map((name) => (
              <kbd key={name}>{name}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}
