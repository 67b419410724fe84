import { describe, expect, it } from 'vitest';
import { interpolate, urlMacro, type Find } from './interpolate.ts';

const find: Find = (name, path) => {
  if (name === 'service') return { name, value: 'rt-detr', text: 'RT-DETR' };
  if (name === 'model') return { name, value: ['clip.vit', 'yolo'], text: 'clip.vit + yolo' };
  if (name === 'none') return { name, value: [], text: '' };
  if (name === '__url') {
    return urlMacro('/d/x/x', new URLSearchParams('kiosk=1&from=now-1h&var-model=$__all'), path);
  }
  return undefined;
};

describe('a text with variables becomes, as in Grafana,', () => {
  it.each([
    ['{service_name="$service"}', '{service_name="rt-detr"}'],
    ['${service:text}: [[service]] [[service:regex]]', 'RT-DETR: rt-detr rt-detr'],
    ['$services $unknown ${unknown:regex}', '$services $unknown ${unknown:regex}'],
    ['model=~"$model"', 'model=~"{clip.vit,yolo}"'],
    ['model=~"${model:regex}"', 'model=~"(clip\\.vit|yolo)"'],
    ['${model:pipe} ${model:csv} ${model:no-such}', 'clip.vit|yolo clip.vit,yolo {clip.vit,yolo}'],
    ['?${model:queryparam}', '?var-model=clip.vit&var-model=yolo'],
    ['model="$none"', 'model=""'],
    ['${__url.path}', '/d/x/x'],
    ['${__url.params:exclude:from,to}', '?kiosk=1&var-model=%24__all'],
    ['${__url.params:include:from}', '?from=now-1h'],
  ])('%s -> %s', (text, expected) => {
    expect(interpolate(text, find)).toBe(expected);
  });
});
