import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  CatalogModel,
  CatalogService,
  displayName,
  findModel,
  findService,
  MODEL_CATEGORIES,
  MODEL_ZOO_SERVICE,
  MODELS,
  SERVICES,
} from './index.ts';

describe('the models', () => {
  it('are 17 with different names, each fitting its schema', () => {
    expect(MODELS).toHaveLength(17);
    expect(new Set(MODELS.map(({ name }) => name)).size).toBe(17);
    expect(MODELS.map((model) => v.parse(CatalogModel, model))).toEqual(MODELS);
  });

  it('need 12,950 MB when all that are enabled are loaded', () => {
    const enabled = MODELS.filter((model) => model.enabled);
    expect(enabled.reduce((sum, { vramMb }) => sum + vramMb, 0)).toBe(12_950);
  });

  it('use every category', () => {
    expect(new Set(MODELS.map(({ category }) => category))).toEqual(new Set(MODEL_CATEGORIES));
  });

  it('mark the one that is an assumption, and only that one is disabled', () => {
    expect(MODELS.filter(({ assumption }) => assumption !== undefined)).toEqual(
      MODELS.filter(({ enabled }) => !enabled),
    );
    expect(findModel('florence-2-large')).toMatchObject({ enabled: false, vramMb: 1200 });
  });

  it('are found by name', () => {
    expect(findModel('paddleocr')).toMatchObject({ category: 'ocr', vramMb: 100, enabled: true });
    expect(findModel('toString')).toBeUndefined();
  });
});

describe('the services', () => {
  it('are listed in the order of the page', () => {
    expect(SERVICES.map((service) => v.parse(CatalogService, service).displayName)).toEqual([
      'Backend',
      'RT-DETR',
      'Nemotron',
      'Florence',
    ]);
  });

  it('have the model zoo among them', () => {
    expect(findService(MODEL_ZOO_SERVICE)?.displayName).toBe('Backend');
  });

  it('are called by their display name, others by their own', () => {
    expect(displayName('rt-detr')).toBe('RT-DETR');
    expect(displayName('billing')).toBe('billing');
  });
});
