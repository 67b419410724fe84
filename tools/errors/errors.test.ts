import { expect, it } from 'vitest';
import {
  argumentsOf,
  choicesOf,
  defaultsOf,
  documented,
  entriesOf,
  propertiesOf,
  sources,
} from './catalogue.ts';

const SERVER = sources('apps/profile-server/src');
const SETTINGS = sources(
  'packages/node-service/src',
  'apps/backend/src',
  'apps/gateway/src',
  'apps/profile-server/src',
  'apps/demo-services/src',
);

const firsts = (heading: string) => documented(heading).map(([first]) => first!);
const sorted = (...lists: (readonly string[])[]) => [...new Set(lists.flat())].sort();

it("the backend's problem codes, with their status", () => {
  const problems = entriesOf(sources('apps/backend/src/http/problems.ts'), 'PROBLEMS');
  const listed = documented("The backend's problem codes").map(
    ([code, status]) => `${code} ${status}`,
  );
  const known = [...problems].map(([code, value]) => `${code} ${/status: (\d+)/.exec(value)![1]}`);
  expect(known.length).toBeGreaterThan(10);
  expect(listed.sort()).toEqual(known.sort());
});

it("the gateway's codes", () => {
  const gateway = sources('apps/gateway/src');
  const codes = entriesOf(sources('apps/gateway/src/problem.ts'), 'CODES');
  expect(codes.size).toBeGreaterThan(3);
  expect(firsts("The gateway's codes").sort()).toEqual(
    sorted(
      [...codes.values(), 'internal'],
      argumentsOf(gateway, 'GatewayError', 1),
      propertiesOf(gateway, 'code'),
    ),
  );
});

it("the profile server's codes, with their status", () => {
  const status = entriesOf(sources('apps/profile-server/src/refusal.ts'), 'STATUS');
  const listed = documented("The profile server's codes").map(
    ([code, number]) => `${code} ${number}`,
  );
  expect(status.size).toBeGreaterThan(5);
  expect(listed).toEqual([...status].map(([code, number]) => `${code} ${number}`));
});

it('the reasons of the profile server, the store and the decoder', () => {
  const decoder = choicesOf(
    sources('packages/pprof-codec/src/malformed-profile.ts'),
    'RefusalReason',
  );
  const store = choicesOf(sources('packages/profile-store/src/errors.ts'), 'StoreRefusalReason');
  const server = sorted(
    argumentsOf(SERVER, 'Refusal', 2),
    argumentsOf(SERVER, 'invalid', 1),
    defaultsOf(SERVER, 'invalid'),
  );
  expect([decoder.length, store.length, server.length].every((count) => count > 4)).toBe(true);
  expect(firsts('Why the profile server refuses').sort()).toEqual(sorted(decoder, store, server));
});

it('what is expected of settings', () => {
  const expected = argumentsOf(SETTINGS, 'InvalidSetting', 2);
  expect(expected.length).toBeGreaterThan(5);
  expect(firsts('Settings that cannot be used').sort()).toEqual(expected.sort());
});

it('the steps at which a remote fails', () => {
  const steps = choicesOf(sources('apps/shell/src/remotes/remote-failure.ts'), 'RemotePhase');
  expect(steps.length).toBeGreaterThan(3);
  expect(firsts('Why the profiling page is not shown in its host')).toEqual(steps);
});
