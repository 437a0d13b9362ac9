/** Pure: from URLs on the resources' machines to ours under `/proxy`, which is all that a viewer is told. */
import type { Resource } from './resources.ts';

/** Names the places on the other machines that can be told as ours. */
export interface OwnUrls {
  /** What a reference found at `at` is called here; null when it leads into no resource. */
  own(reference: string, at: string): string | null;
}

/**
 * Pure.
 * @param first the resource that counts before the others, which may lie on the same machine
 * @param basePath of the relay, with a slash at both ends
 */
export function ownUrls(first: Resource, all: readonly Resource[], basePath: string): OwnUrls {
  // One that is only redirected would tell its address at the next step.
  const inOrder = [first, ...all.filter((resource) => resource !== first && resource.mode !== 'redirect')];
  return {
    own(reference, at) {
      if (!URL.canParse(reference, at)) return null;
      const url = new URL(reference, at);
      for (const { name, origin, basePath: root } of inOrder) {
        if (url.origin !== origin) continue;
        if (url.pathname !== root && !url.pathname.startsWith(`${root}/`)) continue;
        return `${basePath}proxy/${name}${url.pathname.slice(root.length)}${url.search}${url.hash}`;
      }
      return null;
    },
  };
}
