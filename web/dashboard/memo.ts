/** Skips rendering a component whose properties are the same; Preact's own lives in its React layer. */
import { Component, type ComponentChildren, type FunctionComponent, h } from 'preact';

/** Pure: whether two property bags hold the same values. */
function same<P extends object>(a: P, b: P): boolean {
  const keys = Object.keys(a) as (keyof P)[];
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

export function memo<P extends object>(inner: FunctionComponent<P>) {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return !same(this.props as P, next as P);
    }
    override render(): ComponentChildren {
      return h(inner, this.props as P);
    }
  };
}
