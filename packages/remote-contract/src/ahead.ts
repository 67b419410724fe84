import { type MountContext } from './mount.ts';

/** What a build's `ahead` script is told: the parts of the mount context that are texts. */
export interface AheadContext extends Pick<
  MountContext,
  'basename' | 'backendUrl' | 'profilesUrl' | 'tenant'
> {
  /**
   * The search part of the address that the remote will be mounted at, with its `?`, or empty.
   * Without it, that of the page.
   */
  readonly search?: string | undefined;
}

/** The attribute of the script's element that holds the context, as JSON. */
export const AHEAD_ATTRIBUTE = 'data-ahead';

/** The attribute's text. */
export function formatAheadContext(context: AheadContext): string {
  return JSON.stringify(context);
}

/** Reads the attribute's text; undefined for what no host of this contract writes. */
export function parseAheadContext(text: string | null | undefined): AheadContext | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Record<keyof AheadContext, unknown>> | null;
    const { basename, backendUrl, profilesUrl, tenant, search } = value ?? {};
    const isText = (part: unknown): part is string => typeof part === 'string';
    if (!isText(basename) || !isText(backendUrl) || !isText(profilesUrl)) return undefined;
    return {
      basename,
      backendUrl,
      profilesUrl,
      search: isText(search) ? search : undefined,
      tenant: isText(tenant) ? tenant : undefined,
    };
  } catch {
    return undefined;
  }
}
