import servers from './servers.json';

/** What every remote of this host is given, besides its location. */
export const HOST_CONTEXT = { theme: 'dark', ...servers, tenant: undefined } as const;
