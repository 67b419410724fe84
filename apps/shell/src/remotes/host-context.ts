/** What every remote of this host is given, besides its location. */
export const HOST_CONTEXT = {
  theme: 'dark',
  backendUrl: '/api',
  profilesUrl: '/profiles',
  tenant: undefined,
} as const;
