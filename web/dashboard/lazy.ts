/** Components that few visits need, loaded when they are first shown. */
import { type FunctionComponent, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Renders nothing until the component is there. A load that fails is tried again at the next showing. */
export function lazy<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  return function Lazy(props: P) {
    const [component, setComponent] = useState<{ readonly inner: FunctionComponent<P> } | null>(null);
    useEffect(() => {
      load().then(
        (inner) => setComponent({ inner }),
        () => {},
      );
    }, []);
    return component === null ? null : h(component.inner, props);
  };
}
