import { expect, it, vi } from 'vitest';
import { startDemoService, WORKLOADS, type ProfiledRole } from './demo-service.ts';

const UNPROFILED = { profilesUrl: undefined, backendUrl: 'http://b:8000', environment: 'test' };
const ROLES: ProfiledRole[] = ['rt-detr', 'nemotron', 'florence'];

it.each(ROLES)('%s works without a profile server until it is closed', async (role) => {
  const warnings: string[] = [];
  const step = vi.fn(() => Promise.resolve());
  vi.spyOn(WORKLOADS, role).mockReturnValue({ step });
  const service = startDemoService(role, UNPROFILED, (message) => warnings.push(message));
  await vi.waitFor(() => expect(step.mock.calls.length).toBeGreaterThan(1));
  await service.close();
  const steps = step.mock.calls.length;
  await new Promise((resolve) => setImmediate(resolve));
  expect(step).toHaveBeenCalledTimes(steps);
  expect(warnings).toEqual([]);
});

it.each(ROLES)('%s has work of its own', async (role) => {
  const work = WORKLOADS[role]();
  await expect(work.step()).resolves.toBeUndefined();
});

it('says when a step fails, and goes on', async () => {
  const warnings: string[] = [];
  const step = vi.fn(() => Promise.reject(new Error('no picture')));
  vi.spyOn(WORKLOADS, 'florence').mockReturnValue({ step });
  const service = startDemoService('florence', UNPROFILED, (message) => warnings.push(message));
  await vi.waitFor(() => expect(warnings).toEqual(['A step failed: Error: no picture']));
  await service.close();
});
