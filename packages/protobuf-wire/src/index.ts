export { WireWriter } from './wire-writer.ts';
